import { TestDatabase } from '../platform/database/databases.harness';
import { fileMigrations } from './files.repository';

const ADDED = '0015-owner-usage';
/** As they were before. */
const before = Object.fromEntries(Object.entries(fileMigrations).filter(([name]) => name < ADDED));

const FILE = {
  filename: 'a.txt',
  content_type: 'text/plain',
  sha256: 'x',
  description: null,
  category: null,
  tags: '[]',
  uploaded_at: 0,
  expires_at: null,
};

describe('the table of what owners have stored', () => {
  let tests: TestDatabase;
  beforeEach(async () => (tests = await TestDatabase.create()));
  afterEach(() => tests.remove());

  it('begins with the files that are there, whether their bytes are or not', async () => {
    const old = await tests.open(before);
    await old.transaction((queries) =>
      queries
        .insertInto('files')
        .values([
          { ...FILE, file_id: '1', owner: 'ann', blob_key: 'a', size_bytes: 3 },
          { ...FILE, file_id: '2', owner: 'ann', blob_key: 'b', size_bytes: 4 },
          { ...FILE, file_id: '3', owner: 'ann', blob_key: null, size_bytes: null },
          { ...FILE, file_id: '4', owner: 'bob', blob_key: null, size_bytes: null },
        ])
        .execute(),
    );
    const database = await tests.open({ ...before, [ADDED]: fileMigrations[ADDED] });
    const rows = await database.committed.selectFrom('owner_usage').selectAll().orderBy('owner').execute();
    expect(rows).toEqual([
      { owner: 'ann', bytes: 7, files: 3 },
      { owner: 'bob', bytes: 0, files: 1 },
    ]);
  });
});
