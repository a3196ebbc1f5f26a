import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidSettings, loadSettings, readEnvironment } from './load-settings';
import { Settings } from './settings';

describe('loadSettings', () => {
  it('has a default for everything', () => {
    expect(loadSettings({})).toEqual(new Settings());
  });

  it('reads numbers, switches and lists, and ignores what it does not know', () => {
    const settings = loadSettings({
      PORT: '8080',
      ALLOW_OPEN: 'on',
      ALLOWED_EXTENSIONS: '.TXT, .md',
      OUTBOUND_ALLOW: 'Intranet, 10.0.0.0/8,fd00::1',
      HOME: '/root',
      HOST: '',
    });
    expect(settings).toMatchObject({
      PORT: 8080,
      ALLOW_OPEN: true,
      ALLOWED_EXTENSIONS: ['.txt', '.md'],
      OUTBOUND_ALLOW: ['intranet', '10.0.0.0/8', 'fd00::1'],
      HOST: '127.0.0.1',
    });
    expect(settings).not.toHaveProperty('HOME');
  });

  it.each([
    ['PORT', '80a'],
    ['ROLE', 'boss'],
    ['PORT', '70000'],
    ['PORT', '1e3'],
    ['ALLOW_OPEN', 'perhaps'],
    ['MAX_FILE_SIZE_BYTES', '0'],
    ['ALLOWED_EXTENSIONS', 'txt'],
    ['LOG_LEVEL', 'loud'],
    ['OIDC_ISSUER', 'id.example.org'],
    ['ADMIN_EMAILS', 'root'],
    ['OUTBOUND_ALLOW', '10.0.0.0/33'],
    ['OUTBOUND_ALLOW', '10.0.0'],
    ['OUTBOUND_ALLOW', 'http://intranet'],
    ['OUTBOUND_ALLOW', 'intranet:8080'],
    ['OUTBOUND_ALLOW', 'intranet.'],
    ['TRUST_PROXY', 'on'],
    ['TRUST_PROXY', '-1'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', 'proxy.example.org'],
    ['RATE_LIMITS', 'perhaps'],
    ['CORS_ORIGINS', 'app.example.org'],
    ['CORS_ORIGINS', 'https://app.example.org/'],
    ['CORS_ORIGINS', 'https://app.example.org,*'],
    ['CORS_ORIGINS', 'null'],
    ['MAIL_FROM', 'nobody'],
  ])('refuses %s=%s and quotes it', (name, value) => {
    expect(() => loadSettings({ [name]: value })).toThrow(InvalidSettings);
    expect(() => loadSettings({ [name]: value })).toThrow(new RegExp(`${name} is .*${value}`));
  });

  it('accepts no tokens of an issuer that may be for another service', () => {
    const OIDC_ISSUER = 'https://id.example.org';
    expect(() => loadSettings({ OIDC_ISSUER })).toThrow(/OIDC_AUDIENCE is missing/);
    expect(loadSettings({ OIDC_ISSUER, OIDC_AUDIENCE: 'filemill' }).OIDC_ISSUER).toBe(OIDC_ISSUER);
  });

  it('does not show a secret that it refuses', () => {
    const load = () => loadSettings({ JWT_SECRET: 'too-short-for-a-key' });
    expect(load).toThrow(/JWT_SECRET is not shown here: .*32 characters/);
    expect(load).not.toThrow(/too-short/);
  });

  it('names every variable that is wrong at once', () => {
    expect(() => loadSettings({ PORT: 'x', JOB_MAX_ATTEMPTS: '0' })).toThrow(/PORT[^]*JOB_MAX_ATTEMPTS/);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org'])(
    'does not open %s by accident',
    (HOST) => {
      expect(() => loadSettings({ HOST })).toThrow(/ALLOW_OPEN=true/);
      expect(loadSettings({ HOST, ALLOW_OPEN: 'true' }).HOST).toBe(HOST);
      expect(loadSettings({ HOST, AUTH_REQUIRED: 'true' }).HOST).toBe(HOST);
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('takes %s for loopback', (HOST) => {
    expect(loadSettings({ HOST }).HOST).toBe(HOST);
  });
});

describe('TRUST_PROXY', () => {
  it.each([
    ['', false],
    ['off', false],
    ['FALSE', false],
    ['0', false],
    ['2', 2],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
  ])('%j: %j', (given, read) => {
    expect(loadSettings({ TRUST_PROXY: given }).TRUST_PROXY).toEqual(read);
  });
});

describe('ROLE', () => {
  it.each(['api', 'worker'])('%s needs a database that processes share', (ROLE) => {
    expect(() => loadSettings({ ROLE })).toThrow(/ROLE is "\w+".*DATABASE_URL/);
    expect(loadSettings({ ROLE, DATABASE_URL: 'postgres://db/filemill' }).ROLE).toBe(ROLE);
  });

  it('lets the probes of a worker be reached from elsewhere: it serves nothing else', () => {
    const shared = { HOST: '0.0.0.0', DATABASE_URL: 'postgres://db/filemill' };
    expect(loadSettings({ ...shared, ROLE: 'worker' }).HOST).toBe('0.0.0.0');
    expect(() => loadSettings({ ...shared, ROLE: 'api' })).toThrow(/ALLOW_OPEN/);
  });
});

describe('the bucket', () => {
  const keys = { S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' };

  it.each(Object.keys(keys))('needs more than %s alone', (name) => {
    const refused = () => loadSettings({ [name]: keys[name as keyof typeof keys] });
    expect(refused).toThrow(/S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together/);
    expect(() => loadSettings(keys)).not.toThrow();
  });
});

describe('REDIS_URL', () => {
  const REDIS_URL = 'redis://user:secret@127.0.0.1:6379';

  it('needs a database that instances can share', () => {
    expect(() => loadSettings({ REDIS_URL })).toThrow(/REDIS_URL needs DATABASE_URL/);
    const settings = loadSettings({ REDIS_URL, DATABASE_URL: 'postgres://127.0.0.1/filemill' });
    expect(settings).toMatchObject({ REDIS_URL, REDIS_PREFIX: 'filemill' });
  });

  it('is not shown when it is refused', () => {
    const load = () => loadSettings({ REDIS_URL: 'http://user:secret@127.0.0.1' });
    expect(load).toThrow(/REDIS_URL is not shown here/);
    expect(load).not.toThrow(/user:secret/);
  });
});

describe('readEnvironment', () => {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-env-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('lets the process override the .env file, which may be missing', () => {
    const file = join(directory, '.env');
    writeFileSync(file, 'PORT=1234\nPATH=/nowhere\n');
    expect(readEnvironment(file).PORT).toBe('1234');
    expect(readEnvironment(file).PATH).toBe(process.env.PATH);
    expect(readEnvironment(join(directory, 'none'))).toEqual(process.env);
  });

  it('says so when the file cannot be read', () => {
    expect(() => readEnvironment(directory)).toThrow(InvalidSettings);
  });
});

describe('.env.example', () => {
  it('lists every setting with its default', () => {
    const example = readFileSync(join(__dirname, '../../../.env.example'), 'utf8');
    const listed = Object.fromEntries(
      [...example.matchAll(/^#?([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const defaults = Object.entries(new Settings()).map(([name, value]) => [name, String(value)]);
    expect(listed).toEqual({ ...Object.fromEntries(defaults), PROCESSING_CONCURRENCY: '' });
  });
});
