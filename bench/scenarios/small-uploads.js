const { saturate, uploadRequest } = require('../load');
const { settled } = require('./settled');

const CONTENT = 'The quick brown fox jumps over the lazy dog.\n'.repeat(23).slice(0, 1024);
const CONNECTIONS = 32;

/** Answered: as fast as they were taken. Completed: until the last of them was processed. */
module.exports = {
  id: 'small-uploads',
  title: 'Uploads of 1 KiB over 32 connections',
  about:
    'Forms with one text file each (raw Node.js and nginx: bare bodies). "Answered" is the rate of answers; "completed" counts until the last file is processed, too. Filemill syncs each file and its row to the disk before it answers.',
  servers: ['filemill', 'filemill-no-fsync', 'fastapi', 'express', 'nest', 'bullmq', 'raw-node', 'nginx'],
  quickServers: ['filemill', 'express', 'nest'],
  rounds: 3,
  async measure(server) {
    const requests = [uploadRequest(server, CONTENT)];
    await saturate(server, { requests, connections: CONNECTIONS, seconds: 1 });
    await settled(server);
    const before = server.usage().cpuSeconds;
    const startedAt = performance.now();
    const { count, seconds, p50, p99 } = await saturate(server, {
      requests,
      connections: CONNECTIONS,
      seconds: 3,
    });
    await settled(server);
    const untilCompleted = (performance.now() - startedAt) / 1000;
    const { cpuSeconds, peakRssMiB } = server.usage();
    return {
      answered_per_s: count / seconds,
      completed_per_s: count / Math.max(seconds, untilCompleted),
      p50_ms: p50,
      p99_ms: p99,
      peak_rss_mib: peakRssMiB,
      cpu_ms_per_upload: ((cpuSeconds - before) * 1000) / count,
    };
  },
};
