import { closeSync, openSync } from 'node:fs';

/** Most resident memory above that of the start, in MiB, while the work ran. */
export async function memoryTaken(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 2);
  try {
    await work();
  } finally {
    clearInterval(watch);
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return (peak - before) / 2 ** 20;
}

/** Bytes of the heap and of buffers. */
export function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The lowest descriptor that is free, seen by opening a file: a higher one means that something was left open. */
export function nextDescriptor(path: string): number {
  const descriptor = openSync(path, 'r');
  closeSync(descriptor);
  return descriptor;
}
