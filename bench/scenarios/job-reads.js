const { request, saturate, uploadRequest } = require('../load');
const { settled } = require('./settled');

const JOBS = 100;
const CONTENT = 'A few words.\n';

module.exports = {
  id: 'job-reads',
  title: 'GET /jobs/{job_id} over 32 connections',
  about:
    'Of a hundred jobs. Filemill validates the id, checks the owner and reads the row from its database; the peers look it up in memory (BullMQ: in Redis), raw Node.js and nginx answer with a fixed document.',
  servers: ['filemill', 'fastapi', 'express', 'nest', 'bullmq', 'raw-node', 'nginx'],
  quickServers: ['filemill', 'express', 'nest'],
  rounds: 3,
  async measure(server) {
    const requests = server.put ? [request('GET', '/jobs/a')] : await readsOf(server);
    await saturate(server, { requests, connections: 32, seconds: 1 });
    const { count, seconds, p50, p99 } = await saturate(server, { requests, connections: 32, seconds: 2 });
    return { requests_per_s: count / seconds, p50_ms: p50, p99_ms: p99 };
  },
};

async function readsOf(server) {
  const [head, ...body] = uploadRequest(server, CONTENT).split('\r\n\r\n');
  const type = /content-type: (.*)/i.exec(head)[1];
  const ids = [];
  for (let i = 0; i < JOBS; i++) {
    const response = await fetch(`${server.url}/upload`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: body.join('\r\n\r\n'),
    });
    ids.push((await response.json()).job_id);
  }
  await settled(server);
  return ids.map((id) => request('GET', `/jobs/${id}`));
}
