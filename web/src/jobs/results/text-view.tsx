import type { TextResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { figure, formatNumber } from '../../ui/format';

export function TextView({ result }: { result: TextResult }) {
  const { line_count: lines, word_count: words, char_count: characters } = result;
  return (
    <>
      <Figures figures={[figure(lines, 'line'), figure(words, 'word'), figure(characters, 'character')]} />
      <Facts
        facts={[
          [
            'Encoding',
            `${result.encoding.toUpperCase()}${result.byte_order_mark ? ', with a byte-order mark' : ''}`,
          ],
          ['Words a line', lines > 0 ? formatNumber(Math.round((words / lines) * 10) / 10) : null],
        ]}
      />
    </>
  );
}
