import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../platform/config/load-settings';
import { StartupError } from '../../platform/errors/startup-error';
import { loadSigningKey } from './signing-key';

describe('loadSigningKey', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'filemill-key-'));
    file = join(directory, 'jwt.secret');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const load = (JWT_SECRET = '') => loadSigningKey(loadSettings({ DATA_DIR: directory, JWT_SECRET }));

  it('makes a key once, for nobody else to read', () => {
    const key = load();
    expect(key.length).toBeGreaterThanOrEqual(32);
    expect(load()).toEqual(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['jwt.secret']);
  });

  it('takes the one that it is given, and then makes none', () => {
    const secret = 'a key of the operator, long enough';
    expect(Buffer.from(load(secret)).toString()).toBe(secret);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('goes on after a start that was cut short', () => {
    writeFileSync(`${file}.${process.pid}`, 'unfinished');
    expect(load()).toEqual(readFileSync(file));
  });

  it('does not start with a key that was cut short, and says what to do', () => {
    writeFileSync(file, 'short');
    expect(() => load()).toThrow(StartupError);
    expect(() => load()).toThrow(/jwt\.secret is cut short.*JWT_SECRET/);
  });
});
