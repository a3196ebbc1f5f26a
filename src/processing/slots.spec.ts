import { Slots } from './slots';

const never = new AbortController().signal;

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise(setImmediate);
  return done;
}

describe('Slots', () => {
  it('gives as many as there are, and each that is freed to who waits longest', async () => {
    const slots = new Slots(2);
    await slots.take(never);
    await slots.take(never);
    const [first, second] = [slots.take(never), slots.take(never)];
    expect([await isDone(first), await isDone(second)]).toEqual([false, false]);
    slots.free();
    expect([await isDone(first), await isDone(second)]).toEqual([true, false]);
    slots.free();
    slots.free();
    slots.free();
    expect(await isDone(second)).toBe(true);
  });

  it('keeps none for who gives up', async () => {
    const slots = new Slots(1);
    await slots.take(never);
    const impatient = new AbortController();
    const given = slots.take(impatient.signal);
    const next = slots.take(never);
    impatient.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    slots.free();
    expect(await isDone(next)).toBe(true);
    await expect(slots.take(impatient.signal)).rejects.toThrow('enough');
  });
});
