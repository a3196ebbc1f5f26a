import { Facts } from '../../ui/facts';
import { formatNumber } from '../../ui/format';

/** The result of a processor that this page does not know, such as an extension's. */
export function OtherView({ result }: { result: object }) {
  const facts = Object.entries(result)
    .filter(([name]) => name !== 'processor' && name !== 'processing_time')
    .map(([name, value]) => [name.replaceAll('_', ' '), words(value)] as const);
  return <Facts facts={facts} />;
}

function words(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
