const { readdirSync, readFileSync } = require('node:fs');

/** Of `getconf CLK_TCK`: what Linux tells programs, on every architecture. */
const TICKS_PER_SECOND = 100;
const MIB = 1024 * 1024;

/** A process and all below it, as `/proc` has them. */
function members(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const fields = statFields(name);
    if (fields) parents.set(Number(name), Number(fields[1]));
  }
  const found = [pid];
  for (const member of found) {
    for (const [child, parent] of parents) if (parent === member) found.push(child);
  }
  return found;
}

/** Those after the name, which may hold anything: state, parent, … */
function statFields(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended
  }
}

function statusKiB(pid, field) {
  try {
    const match = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Resident memory in MiB, now and at its highest, and the CPU seconds spent, of a process and all below it. */
function usage(pid) {
  const pids = members(pid);
  return {
    rssMiB: (sum(pids.map((member) => statusKiB(member, 'VmRSS'))) * 1024) / MIB,
    peakRssMiB: (sum(pids.map((member) => statusKiB(member, 'VmHWM'))) * 1024) / MIB,
    cpuSeconds:
      sum(pids.map((member) => sum((statFields(member) ?? []).slice(11, 15).map(Number)))) / TICKS_PER_SECOND,
  };
}

module.exports = { usage };
