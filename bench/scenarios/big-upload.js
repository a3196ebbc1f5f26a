const { form, send } = require('../load');
const { settled } = require('./settled');

const MIB = 1024 * 1024;
const LINE =
  '2026-11-22T09:30:00.000Z INFO  request completed method=GET path=/jobs/42 status=200 duration=3\n';

/** One long file. Filemill hashes it and answers when it is on the disk; the peers answer when it is in the page cache. */
module.exports = {
  id: 'big-upload',
  title: 'One upload of 1 GiB',
  about:
    'A text as a form (raw Node.js and nginx: as the bare body of a PUT). Filemill hashes it (SHA-256) and syncs it to the disk before it answers, and counts its words afterwards; the others do neither. Memory is the highest of the run, CPU that of the server.',
  servers: ['filemill', 'filemill-no-fsync', 'fastapi', 'express', 'nest', 'raw-node', 'nginx'],
  quickServers: ['filemill', 'nest'],
  rounds: 3,
  async measure(server, { quick }) {
    const bytes = (quick ? 256 : 1024) * MIB;
    const before = server.usage().cpuSeconds;
    const { seconds } = await send(server, { ...parts(server, bytes), pattern: LINE, bytes });
    const { cpuSeconds, peakRssMiB } = server.usage();
    await settled(server);
    return { mb_per_s: bytes / 1e6 / seconds, peak_rss_mib: peakRssMiB, cpu_s: cpuSeconds - before };
  },
};

function parts(server, bytes) {
  if (server.put) {
    const head = `PUT ${server.put.replace('{n}', 'big')} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${bytes}\r\n\r\n`;
    return { head, tail: '' };
  }
  const { head, tail, type } = form('big.txt');
  const length = bytes + head.length + tail.length;
  const headers = `Host: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
  return { head: `POST ${server.save ?? '/upload'} HTTP/1.1\r\n${headers}${head}`, tail };
}
