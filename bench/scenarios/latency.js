const { probe, request, saturate, uploadRequest } = require('../load');
const { settled } = require('./settled');

/** Enough of it that processing keeps a core busy, too. */
const CONTENT = 'Both cores are busy with what comes in, and with counting its words.\n'.repeat(1000);

module.exports = {
  id: 'latency',
  title: 'Another request while everything is busy',
  about:
    'The 99th percentile of the simplest request (Filemill: GET /livez), sent every 5 ms over a connection of its own: with nothing else to do, and while 16 connections upload texts of 68 kB which are processed at the same time. The generators of load share the cores.',
  servers: ['filemill', 'fastapi', 'express', 'nest', 'bullmq'],
  quickServers: [],
  rounds: 3,
  async measure(server) {
    const requests = [request('GET', server.name.startsWith('filemill') ? '/livez' : '/')];
    await probe(server, { requests, seconds: 0.5, pauseMs: 5 });
    const idle = await probe(server, { requests, seconds: 2, pauseMs: 5 });
    const load = saturate(server, {
      requests: [uploadRequest(server, CONTENT)],
      connections: 16,
      seconds: 4,
    });
    const busy = await probe(server, { requests, seconds: 3.5, pauseMs: 5 });
    await load;
    await settled(server);
    return {
      idle_p99_ms: idle.p99,
      busy_p50_ms: busy.p50,
      busy_p99_ms: busy.p99,
      added_p99_ms: busy.p99 - idle.p99,
    };
  },
};
