import { hostname } from 'node:os';

/** `host:pid`: the first part of every lease, which tells at start-up whose tasks were left behind. */
export function runnerIdentity(): string {
  return `${hostname()}:${process.pid}`;
}

/**
 * Whether a lease belongs to a process of this machine that is gone. Asked before the first task is
 * taken, so a lease of our own process number is one of a former life.
 *
 * Being wrong is harmless: a task taken from a living runner costs that runner its lease, not the task.
 */
export function isLeftBehind(lease: string): boolean {
  const [runner] = lease.split('/');
  const separator = runner.lastIndexOf(':');
  const pid = Number(runner.slice(separator + 1));
  if (runner.slice(0, separator) !== hostname()) return false;
  return pid === process.pid || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
