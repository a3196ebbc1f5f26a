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
      HOME: '/root',
      HOST: '',
    });
    expect(settings).toMatchObject({
      PORT: 8080,
      ALLOW_OPEN: true,
      ALLOWED_EXTENSIONS: ['.txt', '.md'],
      HOST: '127.0.0.1',
    });
    expect(settings).not.toHaveProperty('HOME');
  });

  it.each([
    ['PORT', '80a'],
    ['PORT', '70000'],
    ['PORT', '1e3'],
    ['ALLOW_OPEN', 'perhaps'],
    ['MAX_FILE_SIZE_BYTES', '0'],
    ['ALLOWED_EXTENSIONS', 'txt'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s and quotes it', (name, value) => {
    expect(() => loadSettings({ [name]: value })).toThrow(InvalidSettings);
    expect(() => loadSettings({ [name]: value })).toThrow(new RegExp(`${name} is .*${value}`));
  });

  it('names every variable that is wrong at once', () => {
    expect(() => loadSettings({ PORT: 'x', JOB_MAX_ATTEMPTS: '0' })).toThrow(/PORT[^]*JOB_MAX_ATTEMPTS/);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org'])(
    'does not open %s by accident',
    (HOST) => {
      expect(() => loadSettings({ HOST })).toThrow(/ALLOW_OPEN=true/);
      expect(loadSettings({ HOST, ALLOW_OPEN: 'true' }).HOST).toBe(HOST);
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('takes %s for loopback', (HOST) => {
    expect(loadSettings({ HOST }).HOST).toBe(HOST);
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
      [...example.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const defaults = Object.entries(new Settings()).map(([name, value]) => [name, String(value)]);
    expect(listed).toEqual({ ...Object.fromEntries(defaults), PROCESSING_CONCURRENCY: '' });
  });
});
