import type { ArchiveEntry } from '@filemill/sdk';
import { treeOf, type TreeNode } from './archive-tree';

const entry = (path: string, type: ArchiveEntry['type'] = 'file'): ArchiveEntry => ({
  path,
  type,
  size_bytes: 1,
  unsafe: false,
});
const drawn = (nodes: TreeNode[]): string =>
  nodes.map(({ name, children }) => (children.length > 0 ? `${name}(${drawn(children)})` : name)).join(' ');

describe('treeOf', () => {
  it.each([
    [['a.txt', 'b/c.txt', 'b/d/e.txt'], 'b(d(e.txt) c.txt) a.txt'],
    [['x/', 'x/y'], 'x(y)'],
    [['/etc/passwd', '../up'], 'etc(passwd) ..(up)'],
    [['a', 'a'], 'a'],
    [[], ''],
  ])('of %j', (paths, tree) => {
    expect(drawn(treeOf(paths.map((path) => entry(path, path.endsWith('/') ? 'directory' : 'file'))))).toBe(
      tree,
    );
  });
});
