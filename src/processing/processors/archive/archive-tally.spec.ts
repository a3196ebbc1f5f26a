import { ArchiveTally, MAX_RATIO, MAX_UNPACKED, RATIO_FREE } from './archive-tally';
import { InvalidArchive } from './archive.errors';

const tallyOf = (archiveBytes: number): ArchiveTally => new ArchiveTally(archiveBytes, () => {});

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
}

it('lets an archive unpack to 10 GiB', () => {
  const tally = tallyOf(MAX_UNPACKED);
  tally.unpack(MAX_UNPACKED);
  expect(thrownBy(() => tally.unpack(1))).toMatchObject({
    problem: { code: 'archive_too_large', status: 422 },
    message: 'The archive unpacks to more than 10 GiB.',
    extensions: { limit: MAX_UNPACKED },
  });
});

it('lets an archive unpack to 200 times its size, and to 10 MiB in any case', () => {
  const large = tallyOf(RATIO_FREE);
  large.unpack(RATIO_FREE * MAX_RATIO);
  expect(thrownBy(() => large.unpack(1))).toMatchObject({ problem: { code: 'archive_bomb', status: 422 } });
  const small = tallyOf(1);
  small.unpack(RATIO_FREE);
  expect(thrownBy(() => small.unpack(1))).toMatchObject({ problem: { code: 'archive_bomb', status: 422 } });
});

it('blames the archive for what a reader says, and for nothing else', () => {
  const tally = tallyOf(1);
  tally.begin('a', 'file');
  const said = tally.blame(
    new Error('Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?'),
  );
  expect(said).toBeInstanceOf(InvalidArchive);
  expect(said).toMatchObject({ message: 'The archive is damaged at entry 1 (a): invalid tar header.' });
  const others = [
    Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' }),
    new TypeError('x is not a function'),
    new InvalidArchive('at its start', 'it is empty'),
  ];
  for (const error of others) expect(tally.blame(error)).toBe(error);
});
