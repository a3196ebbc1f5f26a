import type { ArchiveEntry } from '@filemill/sdk';

/** A folder or file of an archive. */
export interface TreeNode {
  readonly name: string;
  /** Missing for a folder that the archive only implies. */
  entry?: ArchiveEntry;
  readonly children: TreeNode[];
}

/** Entries by the folders in their paths, in the order of the archive; folders come before files. */
export function treeOf(entries: readonly ArchiveEntry[]): TreeNode[] {
  const root: TreeNode = { name: '', children: [] };
  for (const entry of entries) place(root, entry.path.split('/').filter(Boolean), entry);
  return sorted(root.children);
}

function place(root: TreeNode, names: readonly string[], entry: ArchiveEntry): void {
  let node = root;
  for (const name of names) {
    let child = node.children.find((known) => known.name === name);
    if (!child) node.children.push((child = { name, children: [] }));
    node = child;
  }
  if (node !== root) node.entry = entry;
}

function sorted(nodes: readonly TreeNode[]): TreeNode[] {
  return nodes
    .map((node) => ({ ...node, children: sorted(node.children) }))
    .toSorted((a, b) => Number(isFolder(b)) - Number(isFolder(a)));
}

export function isFolder({ entry, children }: TreeNode): boolean {
  return children.length > 0 || entry?.type === 'directory';
}
