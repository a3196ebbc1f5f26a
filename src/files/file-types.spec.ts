import { Processor, type AcceptedType } from '../plugin-api/processor';
import { loadSettings } from '../platform/config/load-settings';
import { FileTypes, SNIFF_BYTES } from './file-types';
import { UnsupportedFileType } from './files.errors';

const text: AcceptedType = { extension: '.txt', mediaType: 'text/plain', content: 'text' };
const csv: AcceptedType = { extension: '.csv', mediaType: 'text/csv', content: 'text' };
const png: AcceptedType = { extension: '.png', mediaType: 'image/png', content: ['image/png'] };

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
const EXE = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff', 'latin1'), Buffer.alloc(100)]);
const JPEG_WITHOUT_NUL = Buffer.concat([Buffer.from('ffd8ffe1', 'hex'), Buffer.alloc(100, 0xaa)]);

class Taking extends Processor {
  override readonly description = '';
  override readonly result = Object;

  constructor(
    override readonly name: string,
    override readonly accepts: readonly AcceptedType[],
  ) {
    super();
  }
}

const textProcessor = new Taking('text', [text, csv]);
const imageProcessor = new Taking('image', [png]);
const tableProcessor = new Taking('table', [csv]);

function create(environment = {}): FileTypes {
  const types = new FileTypes(loadSettings(environment));
  types.accept(textProcessor);
  types.accept(imageProcessor);
  types.accept(tableProcessor);
  return types;
}

describe('FileTypes', () => {
  it('knows a file by extension and content, whatever the case', async () => {
    expect(await create().classify('A.TXT', Buffer.from('hello'))).toEqual({
      contentType: 'text/plain',
      processors: [textProcessor],
    });
    expect(await create().classify('a.png', PNG)).toEqual({
      contentType: 'image/png',
      processors: [imageProcessor],
    });
  });

  it('names every processor that takes a type, in the order in which they were entered', async () => {
    const types = create();
    expect(await types.classify('a.csv', Buffer.from('a,b'))).toEqual({
      contentType: 'text/csv',
      processors: [textProcessor, tableProcessor],
    });
    expect(types.processorsFor('a.csv')).toEqual([textProcessor, tableProcessor]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['prose like the start of a program', Buffer.from('MZ was here')],
    ['prose like the start of a bitmap', Buffer.from('BMW makes cars')],
    ['UTF-16 little-endian', Buffer.from('\uFEFFhello', 'utf16le')],
    ['UTF-16 big-endian', Buffer.from('\uFEFFhello', 'utf16le').swap16()],
    ['a byte-order mark', Buffer.from('\uFEFFhello')],
    ['Latin-1, which fails later with its offset', Buffer.from('h\xe9llo', 'latin1')],
    ['HTML, which is never served as such', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ])('takes %s for text', async (_, head) => {
    await expect(create().classify('a.txt', head)).resolves.toMatchObject({ contentType: 'text/plain' });
  });

  it.each([0, 1, 2, 3])('takes text whose head is cut %i bytes into a character', async (bytes) => {
    const head = Buffer.from(`${'a'.repeat(SNIFF_BYTES - bytes)}🎉`).subarray(0, SNIFF_BYTES);
    await expect(create().classify('a.txt', head)).resolves.toMatchObject({ contentType: 'text/plain' });
  });

  it.each([
    ['a program', EXE, /x-msdownload|x-dosexec|portable-executable/],
    ['a PNG', PNG, /image\/png/],
    ['a JPEG', JPEG_WITHOUT_NUL, /image\/jpeg/],
    ['NULs', Buffer.from('a\0b\0'), /binary data/],
  ])('refuses %s named .txt, and says what it is', async (_, head, found) => {
    const refused = create().classify('a.txt', head);
    await expect(refused).rejects.toThrow(UnsupportedFileType);
    await expect(refused).rejects.toThrow(found);
  });

  it.each([
    ['text', Buffer.from('hello')],
    ['HTML', Buffer.from('<!doctype html><p>hi')],
    ['a program', EXE],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s named .png', async (_, head) => {
    await expect(create().classify('a.png', head)).rejects.toThrow(UnsupportedFileType);
  });

  it.each(['a.exe', 'a', '.txt', 'a.', 'a.txt.exe'])(
    'refuses %s by its name and says what is accepted',
    async (name) => {
      await expect(create().classify(name, Buffer.from('hello'))).rejects.toThrow(
        /Accepted are \.csv \.png \.txt/,
      );
    },
  );

  it('takes only what ALLOWED_EXTENSIONS lists', async () => {
    const types = create({ ALLOWED_EXTENSIONS: '.txt' });
    expect(types.extensions).toEqual(['.txt']);
    await expect(types.classify('a.csv', Buffer.from('a'))).rejects.toThrow('Accepted are .txt.');
  });

  it('refuses malformed and repeated entries, and says which', () => {
    expect(() => create().accept(new Taking('x', [{ ...text, extension: 'txt' }]))).toThrow(
      "Processor 'x' accepts 'txt'",
    );
    expect(() => create().accept(new Taking('x', [text, text]))).toThrow(
      "Processor 'x' accepts '.txt' twice",
    );
  });
});
