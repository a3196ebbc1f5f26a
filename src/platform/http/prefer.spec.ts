import type { Request, Response } from 'express';
import { parsePreferences, preferredWait } from './prefer';

function ask(prefer?: string) {
  const applied = new Map<string, string>();
  const request = { get: () => prefer } as unknown as Request;
  const response = {
    setHeader: (name: string, value: string) => applied.set(name, value),
  } as unknown as Response;
  return [preferredWait(request, response), applied.get('Preference-Applied')];
}

describe('preferredWait', () => {
  it.each<[string | undefined, number, string | undefined]>([
    [undefined, 0, undefined],
    ['', 0, undefined],
    ['wait=5', 5_000, 'wait=5'],
    ['wait=0', 0, 'wait=0'],
    ['wait=60', 60_000, 'wait=60'],
    ['wait=61', 60_000, 'wait=60'],
    ['wait=99999999999999999999', 60_000, 'wait=60'],
    ['WAIT = "7"', 7_000, 'wait=7'],
    [' Wait=7 ; foo="bar"', 7_000, 'wait=7'],
    ['respond-async', 0, 'respond-async'],
    ['Respond-Async; x', 0, 'respond-async'],
    ['respond-async, wait=3', 3_000, 'wait=3'],
    ['return=minimal,,wait=3, wait=4', 3_000, 'wait=3'],
    ['foo="a, wait=9, b", wait=3', 3_000, 'wait=3'],
    [String.raw`foo="a\", wait=9", wait=3`, 3_000, 'wait=3'],
    ['foo; wait=9', 0, undefined],
    ['wait', 0, undefined],
    ['wait=', 0, undefined],
    ['wait=-1', 0, undefined],
    ['wait=1.5', 0, undefined],
    ['wait=1e1', 0, undefined],
    ['wait=5 6', 0, undefined],
    ['wait="5', 0, undefined],
    ['await=5', 0, undefined],
  ])('of %j is %d ms', (header, ms, applied) => expect(ask(header)).toEqual([ms, applied]));
});

describe('parsePreferences', () => {
  it('takes what can be sent at most in a moment', () => {
    const header = '"\\'.repeat(8_000);
    const before = process.cpuUsage();
    expect(parsePreferences(header).size).toBe(0);
    expect(process.cpuUsage(before).user).toBeLessThan(100_000);
  });
});
