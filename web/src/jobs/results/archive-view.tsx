import type { ArchiveResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { figure, formatBytes, formatNumber } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { isFolder, treeOf, type TreeNode } from './archive-tree';

export function ArchiveView({ result }: { result: ArchiveResult }) {
  const { listing, entries, compression_ratio: ratio } = result;
  const { unsafe_paths: unsafe, duplicate_paths: twice, unread_entries: unread } = result;
  return (
    <>
      <Figures
        figures={[
          figure(entries, 'entry', 'entries'),
          ['unpacked', formatBytes(result.uncompressed_bytes)],
          ...(ratio > 1
            ? [['as small as', `1 : ${formatNumber(Math.round(ratio * 10) / 10)}`] as const]
            : []),
        ]}
      />
      <Facts
        facts={[
          ['Format', result.format],
          ['Packed', formatBytes(result.compressed_bytes)],
          [
            'Largest',
            result.largest_entry &&
              `${result.largest_entry.path}, ${formatBytes(result.largest_entry.size_bytes)}`,
          ],
          ['Dangerous paths', unsafe > 0 ? formatNumber(unsafe) : null],
          ['Paths twice', twice > 0 ? formatNumber(twice) : null],
          ['Encrypted', result.encrypted ? 'yes' : null],
          ['Not read', unread > 0 ? formatNumber(unread) : null],
        ]}
      />
      <h3>Contents</h3>
      <Branch nodes={treeOf(listing)} />
      {entries > listing.length && (
        <p className="muted">
          The first {listing.length} of {formatNumber(entries)} entries.
        </p>
      )}
    </>
  );
}

function Branch({ nodes }: { nodes: readonly TreeNode[] }) {
  return (
    <ul className="tree">
      {nodes.map((node) => (
        <li key={node.name}>
          {isFolder(node) ? (
            <details open>
              <summary>
                <Icon name="folder" /> {node.name}
              </summary>
              <Branch nodes={node.children} />
            </details>
          ) : (
            <Leaf node={node} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Leaf({ node: { name, entry } }: { node: TreeNode }) {
  return (
    <span className="leaf">
      <Icon name={entry?.unsafe ? 'warning' : entry?.type.endsWith('link') ? 'link' : 'file'} />
      <span>{name}</span>
      {entry?.unsafe && <strong className="bad">leads out of the archive</strong>}
      <span className="muted">{entry && formatBytes(entry.size_bytes)}</span>
    </span>
  );
}
