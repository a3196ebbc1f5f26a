import { DCLinter } from 'dclint';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const DEPLOY = join(__dirname, '..', '..', 'deploy');

/** What every resource of Kubernetes has. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Model {
  validate(): void;
}

/** The documents of a file below `deploy/`. */
export function readYaml<T>(file: string): T[] {
  return parseAllDocuments(readFileSync(join(DEPLOY, file), 'utf8'), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as T;
  });
}

/** Every resource below `deploy/kubernetes`, but for what only kustomize reads. */
export function readManifests(): Manifest[] {
  return readdirSync(join(DEPLOY, 'kubernetes'))
    .filter((file) => file !== 'kustomization.yaml')
    .flatMap((file) => readYaml<Manifest>(`kubernetes/${file}`));
}

interface LintMessage {
  readonly type: 'warning' | 'error';
  readonly line: number;
  readonly message: string;
}

/** What is wrong with a compose file, by the schema of the Compose specification and the rules of dclint. */
export function composeProblems(path: string): string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const messages: LintMessage[] = linter
    .lintFiles([path], false)
    .flatMap((file: { messages: LintMessage[] }) => file.messages);
  return messages.filter(({ type }) => type === 'error').map(({ line, message }) => `${line}: ${message}`);
}

/**
 * What is wrong with a resource by the schema of its kind. The schemas let pass what they do not know, such as a field
 * that is misspelt; so what the validator has not even looked at is a fault too.
 */
export function manifestProblems(manifest: Manifest): string[] {
  const unread = new Set<string>();
  const Kind = modelOf(manifest);
  try {
    Kind.prototype.validate.call(watched(new Kind(manifest), '', unread));
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread].map((path) => `${path} is unknown`);
}

function modelOf({ apiVersion, kind }: Manifest): { new (data: object): Model; prototype: Model } {
  const from = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const models = require(`${from}/${apiVersion}`) as Record<string, ReturnType<typeof modelOf> | undefined>;
  const model = models[kind];
  if (!model) throw new Error(`${apiVersion} has no ${kind}`);
  return model;
}

/** The same value, which takes from `unread` the path of each property that is read. */
function watched<T extends object>(value: T, path: string, unread: Set<string>): T {
  const seen = new Map<PropertyKey, unknown>();
  if (!Array.isArray(value)) for (const key of Object.keys(value)) unread.add(`${path}.${key}`);
  return new Proxy(value, {
    get(target, key, receiver) {
      unread.delete(`${path}.${String(key)}`);
      if (seen.has(key)) return seen.get(key);
      const property: unknown = Reflect.get(target, key, receiver);
      const isNode = typeof property === 'object' && property !== null;
      const result = isNode ? watched(property, `${path}.${String(key)}`, unread) : property;
      seen.set(key, result);
      return result;
    },
  });
}
