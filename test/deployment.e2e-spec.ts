import { loadSettings } from '@app/platform/config/load-settings';
import { Settings } from '@app/platform/config/settings';
import { PROBES } from '@app/platform/http/probes';
import { validate } from 'dockerfile-utils';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  composeProblems,
  DEPLOY,
  manifestProblems,
  readManifests,
  readYaml,
  type Manifest,
} from './support/manifests';

const ROOT = join(DEPLOY, '..');
const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  engines: { node: string };
};
const readme = readFileSync(join(DEPLOY, 'README.md'), 'utf8');
const PORT = String(new Settings().PORT);

/** What a Dockerfile says, an instruction a line. */
const dockerfile = readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8');
const instructions = dockerfile
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));
const last = (name: string) =>
  lastStage.findLast((line) => line.startsWith(`${name} `))!.slice(name.length + 1);
const imageEnvironment = Object.fromEntries(
  [...last('ENV').matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
);

/** Settings in which nothing is unknown, and which the service accepts. */
function settingsOf(environment: Readonly<Record<string, string>>): Settings {
  const known = new Set([...Object.keys(new Settings()), 'NODE_ENV']);
  const whole = { ...imageEnvironment, ...environment };
  expect(Object.keys(whole).filter((name) => !known.has(name))).toEqual([]);
  return loadSettings(whole);
}

/** Every program that is named must be there. */
function expectProgram(command: readonly string[]): void {
  expect(command[0]).toBe('node');
  expect(existsSync(join(ROOT, command[1]))).toBe(true);
}

describe('the image', () => {
  it('is described by a valid Dockerfile', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  it('has a release of Node.js that the service runs on, the same in every stage', () => {
    const releases = instructions.flatMap((line) => /^FROM node:(\d+)-\S+/.exec(line)?.[1] ?? []);
    expect(new Set(releases).size).toBe(1);
    const [, least] = /^>=(\d+)/.exec(engines.node)!;
    expect(Number(releases[0])).toBeGreaterThanOrEqual(Number(least));
  });

  it('takes nothing from the working copy but what .dockerignore lets in', () => {
    const [all, ...lines] = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(all).toBe('*');
    for (const name of allowed.filter((path) => !path.includes('*')))
      expect(existsSync(join(ROOT, name))).toBe(true);
    for (const line of instructions.filter((text) => /^COPY (?!--from|\. \.)/.test(text)))
      expect(allowed).toEqual(expect.arrayContaining(line.split(' ').slice(1, -1)));
    expect(lines).toEqual(expect.arrayContaining(['**/node_modules', '**/dist', '**/.env']));
  });

  it('runs as a user without rights, on the port that it names, and finds out whether it does', () => {
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last('EXPOSE')).toBe(PORT);
    expect(settingsOf({ AUTH_REQUIRED: 'true' })).toMatchObject({
      PORT: Number(PORT),
      DATA_DIR: last('VOLUME'),
    });
    const [, path] = /\$\{process\.env\.PORT\}(\/\w+)/.exec(last('HEALTHCHECK'))!;
    expect([...PROBES]).toContain(path);
    expectProgram(JSON.parse(last('CMD')) as string[]);
  });
});

interface ComposeService {
  readonly image: string;
  readonly command?: string[];
  readonly environment?: Record<string, string>;
  readonly depends_on?: Record<string, unknown> | string[];
  readonly deploy?: { replicas: number };
  readonly volumes?: string[];
  readonly ports?: string[];
  readonly stop_grace_period?: string;
}

describe('compose.yaml', () => {
  const [compose] = readYaml<{ services: Record<string, ComposeService>; volumes: object }>('compose.yaml');
  const { services } = compose;
  const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('filemill:'));
  const example = { 'set it in .env': 'x'.repeat(32) };
  /** As `docker compose` puts in what the .env file has, or the default. */
  const filled = (environment: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        value.replace(
          /\$\{\w+:?[?-]([^}]*)\}/g,
          (_, word: string) => example[word as keyof typeof example] ?? word,
        ),
      ]),
    );

  it('keeps to the Compose specification', () => {
    expect(composeProblems(join(DEPLOY, 'compose.yaml'))).toEqual([]);
  });

  it('sets what the service knows, so that it starts', () => {
    expect(ours.map(([name]) => name).toSorted()).toEqual(['api', 'migrate', 'worker']);
    for (const [, { environment, command }] of ours) {
      const settings = settingsOf(filled(environment));
      expect(settings).toMatchObject({ AUTH_REQUIRED: true, TRUST_PROXY: 1, S3_FORCE_PATH_STYLE: true });
      expect(new URL(settings.DATABASE_URL).hostname).toBe('postgres');
      expect(new URL(settings.REDIS_URL).hostname).toBe('redis');
      expect(new URL(settings.S3_ENDPOINT).hostname).toBe('s3');
      if (command) expectProgram(command);
    }
  });

  it('has two of each role, and lets them finish', () => {
    for (const role of ['api', 'worker']) {
      const { environment, deploy, stop_grace_period } = services[role];
      const settings = settingsOf(filled(environment));
      expect(settings.ROLE).toBe(role);
      expect(deploy).toEqual({ replicas: 2 });
      expect(parseInt(stop_grace_period!, 10)).toBeGreaterThan(settings.SHUTDOWN_GRACE_SECONDS);
    }
  });

  it('names no service, volume or variable that is nowhere', () => {
    const named = Object.values(services).flatMap(({ depends_on: on = [] }) =>
      Array.isArray(on) ? on : Object.keys(on),
    );
    for (const name of named) expect(Object.keys(services)).toContain(name);
    const mounts = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0]),
    );
    for (const from of mounts) {
      if (from.startsWith('./')) expect(existsSync(join(DEPLOY, from))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
    const required = readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8').matchAll(/\$\{(\w+):\?/g);
    for (const [, name] of required)
      expect(/^for name in (.*);/m.exec(readme)![1].split(' ')).toContain(name);
  });

  it('has a Redis that evicts nothing and keeps what it has', () => {
    expect(services['redis'].command!.join(' ')).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/);
  });

  it('has the proxy ask the port on which the service listens', () => {
    const proxy = readFileSync(join(DEPLOY, 'nginx.conf'), 'utf8');
    expect(proxy).toContain(`set $api http://api:${PORT};`);
    const [, listens] = /listen (\d+);/.exec(proxy)!;
    expect(services['proxy'].ports![0].endsWith(`:${listens}`)).toBe(true);
  });
});

interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: object;
  readonly containers: readonly {
    readonly command?: string[];
    readonly env?: { name: string; value: string }[];
    readonly envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
    readonly ports?: { name: string; containerPort: number }[];
    readonly securityContext: object;
    readonly [probe: `${string}Probe`]: { httpGet: { path: string; port: string } } | undefined;
  }[];
}

interface Workload extends Manifest {
  readonly spec: {
    readonly selector?: { matchLabels: Record<string, string> };
    readonly template?: { metadata: { labels: Record<string, string> }; spec: PodSpec };
    readonly jobTemplate?: {
      spec: { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } };
    };
  };
}

const SECRET = {
  DATABASE_URL: 'postgres://filemill:secret@postgres.example.org/filemill',
  REDIS_URL: 'redis://redis.example.org',
  JWT_SECRET: 'x'.repeat(32),
  METRICS_TOKEN: 'x'.repeat(32),
};

describe('the manifests for Kubernetes', () => {
  const manifests = readManifests();
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each test knows what it asked for
  const one = <T extends Manifest>(kind: string, name: string) =>
    manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name) as T;
  const workloads = manifests.filter(({ kind }) => /^(Deployment|Job|CronJob)$/.test(kind)) as Workload[];
  const podOf = ({ spec }: Workload) => spec.template ?? spec.jobTemplate!.spec.template;
  const config = one<Manifest & { data: Record<string, string> }>('ConfigMap', 'filemill').data;

  it('are what the schemas of their kinds want, and nothing else', () => {
    expect(manifests.map((manifest) => [manifest.metadata.name, ...manifestProblems(manifest)])).toEqual(
      manifests.map(({ metadata }) => [metadata.name]),
    );
    const misspelt = { ...one<Workload>('Deployment', 'filemill-api'), sepc: {} };
    expect(manifestProblems(misspelt)).toEqual(['.sepc is unknown']);
  });

  it('are all applied by the kustomization', () => {
    const [{ resources }] = readYaml<{ resources: string[] }>('kubernetes/kustomization.yaml');
    const listed = resources.flatMap((file) => readYaml<Manifest>(`kubernetes/${file}`));
    expect(listed.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      manifests.map(({ metadata }) => metadata.name).toSorted(),
    );
  });

  it('set what the service knows, so that it starts, and run programs that there are', () => {
    expect(workloads).toHaveLength(4);
    for (const name of Object.keys(SECRET)) expect(readme).toContain(`--from-literal=${name}=`);
    for (const workload of workloads) {
      const [{ env = [], envFrom, command = ['node', 'dist/main.js'] }] = podOf(workload).spec.containers;
      expect(envFrom).toEqual([{ configMapRef: { name: 'filemill' } }, { secretRef: { name: 'filemill' } }]);
      const own = Object.fromEntries(env.map(({ name, value }) => [name, value]));
      expect(settingsOf({ ...config, ...SECRET, ...own }).AUTH_REQUIRED).toBe(true);
      expectProgram(command);
    }
  });

  it('ask the port on which the service listens for what it answers there, in every role', () => {
    for (const name of ['api', 'worker']) {
      const [container] = podOf(one('Deployment', `filemill-${name}`)).spec.containers;
      expect(container.env).toEqual([{ name: 'ROLE', value: name }]);
      expect(container.ports).toEqual([{ name: 'http', containerPort: Number(PORT) }]);
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
        const { path, port } = container[probe]!.httpGet;
        expect([port, [...PROBES].includes(path)]).toEqual(['http', true]);
      }
    }
  });

  it('let what runs finish', () => {
    for (const name of ['api', 'worker']) {
      const { terminationGracePeriodSeconds } = podOf(one('Deployment', `filemill-${name}`)).spec;
      expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(config['SHUTDOWN_GRACE_SECONDS']) + 5);
    }
  });

  it('give no pod more rights than it needs', () => {
    for (const workload of workloads) {
      const { securityContext, containers } = podOf(workload).spec;
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('select pods that there are', () => {
    const selecting = manifests.filter(({ kind }) =>
      /^(Deployment|PodDisruptionBudget)$/.test(kind),
    ) as Workload[];
    const labels = workloads.map((workload) => podOf(workload).metadata.labels);
    for (const { spec } of selecting) expect(labels).toContainEqual(spec.selector!.matchLabels);
    const { spec } = one<Manifest & { spec: { selector: object } }>('Service', 'filemill');
    expect(labels).toContainEqual(spec.selector);
  });
});
