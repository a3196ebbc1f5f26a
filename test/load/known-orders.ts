/** What a table of orders comes to, without reading it. */
export interface Orders {
  readonly rows: number;
  readonly sumOfQuantities: number;
}

const HEADER = 'order_id,placed_at,customer,email,country,quantity,unit_price,express,note\n';
const COUNTRIES = ['PL', 'DE', 'FR', 'ES', 'PT', 'JP', 'BR', 'NO'];
const NAMES = ['Zażółć, Anna', 'Müller, Jörg', 'O’Neill, Sean', '山田, 花子', 'Smith, Bob'];
const NOTES = ['', '', 'NULL', 'leave at the door', '"said ""ring twice"""', '"two\nlines"'];
const PIECE_ROWS = 1000;

/**
 * A CSV of orders as shops export them, of at least `bytes`: numbers, dates, booleans, names with the
 * delimiter in quotes, notes that are mostly missing. Every row is other than all before it. Returns what
 * it came to.
 */
export function* orders(bytes: number): Generator<Buffer, Orders> {
  let sumOfQuantities = 0;
  let rows = 0;
  yield Buffer.from(HEADER);
  for (let sent = HEADER.length; sent < bytes;) {
    let text = '';
    for (let i = 0; i < PIECE_ROWS; i++) {
      text += order(rows);
      sumOfQuantities += quantity(rows++);
    }
    const piece = Buffer.from(text);
    sent += piece.length;
    yield piece;
  }
  return { rows, sumOfQuantities };
}

const quantity = (row: number): number => 1 + (row % 12);

function order(row: number): string {
  /** Spread over 32 bits as if by chance (Knuth, TAOCP 3, section 6.4). */
  const chance = Math.imul(row + 1, 2_654_435_761) >>> 0;
  const day = String(1 + (row % 28)).padStart(2, '0');
  const minute = String(chance % 60).padStart(2, '0');
  const customer = chance % 1_000_003;
  const price = (chance % 1_000_000) / 100;
  return (
    `${row},2024-03-${day} 10:${minute},"${NAMES[row % NAMES.length]} ${customer}",c${customer}@example.com,` +
    `${COUNTRIES[chance & 7]},${quantity(row)},${price},${chance % 3 === 0},${NOTES[chance % NOTES.length]}\n`
  );
}
