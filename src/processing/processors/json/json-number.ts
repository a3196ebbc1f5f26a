/** States of a number, RFC 8259 section 6; 0 is none. Those from {@link FIRST_COMPLETE} on may be the last. */
export const NUMBER_START = 1;
const MINUS = 2;
const POINT = 3;
const E = 4;
const E_SIGN = 5;
const ZERO = 6;
const DIGITS = 7;
const FRACTION = 8;
const EXPONENT = 9;

export const FIRST_COMPLETE = ZERO;

/** What a number of each state may go on with, for messages. */
export const NUMBER_EXPECTS: Readonly<Record<number, string>> = {
  [MINUS]: 'a digit after the minus sign',
  [POINT]: 'a digit after the decimal point',
  [E]: 'the exponent',
  [E_SIGN]: 'a digit of the exponent',
};

/** Next state at `state << 8 | byte`. */
export const NUMBER_STEPS = steps();

function steps(): Uint8Array {
  const table = new Uint8Array((EXPONENT + 1) << 8);
  const on = (state: number, bytes: string, next: number): void => {
    for (const byte of Buffer.from(bytes)) table[(state << 8) | byte] = next;
  };
  on(NUMBER_START, '-', MINUS);
  for (const state of [NUMBER_START, MINUS]) {
    on(state, '0', ZERO);
    on(state, '123456789', DIGITS);
  }
  on(DIGITS, '0123456789', DIGITS);
  for (const state of [POINT, FRACTION]) on(state, '0123456789', FRACTION);
  for (const state of [ZERO, DIGITS]) on(state, '.', POINT);
  for (const state of [ZERO, DIGITS, FRACTION]) on(state, 'eE', E);
  on(E, '+-', E_SIGN);
  for (const state of [E, E_SIGN, EXPONENT]) on(state, '0123456789', EXPONENT);
  return table;
}
