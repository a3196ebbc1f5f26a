import { refusalOf } from './upload-item';

const limits = {
  max_file_size_bytes: 1000,
  max_files_per_request: 20,
  extensions: ['.csv', '.txt'],
  auth_required: false,
};
const file = (name: string, size: number) => ({ name, size }) as File;

describe('refusalOf', () => {
  it('lets through what the service takes', () => {
    expect(refusalOf(file('a.txt', 1000), limits)).toBeUndefined();
    expect(refusalOf(file('A.B.TXT', 0), limits)).toBeUndefined();
  });

  it('says how large a file may be', () => {
    expect(refusalOf(file('a.txt', 1001), limits)?.detail).toBe(
      'It has 1.0 kB; at most 1.0 kB are accepted.',
    );
  });

  it.each([
    ['a.exe', 'Files of the type .exe cannot be processed here. Accepted are .csv .txt.'],
    ['README', 'Files without an extension cannot be processed here. Accepted are .csv .txt.'],
  ])('says which types are taken: %s', (name, detail) => {
    expect(refusalOf(file(name, 1), limits)?.detail).toBe(detail);
  });

  it('leaves it to the service when the limits are not known', () => {
    expect(refusalOf(file('a.exe', 1e12), undefined)).toBeUndefined();
  });
});
