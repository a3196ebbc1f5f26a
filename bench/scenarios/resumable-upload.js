const { send } = require('../load');
const { settled } = require('./settled');

const MIB = 1024 * 1024;
const LINE = 'A line of text as it might stand in a log, and nothing else to be said about it.\n';

/** tus 1.0: one POST that creates, one PATCH with everything. */
module.exports = {
  id: 'resumable-upload',
  title: 'One resumable upload of 1 GiB (tus)',
  about:
    'Created, then sent in one PATCH. Filemill hashes, syncs and makes a file with a job of it; @tus/server writes it.',
  servers: ['filemill', 'tus'],
  rounds: 3,
  async measure(server) {
    const bytes = 1024 * MIB;
    const before = server.usage().cpuSeconds;
    const { seconds } = await send(server, { ...(await parts(server, bytes)), pattern: LINE, bytes });
    const { cpuSeconds, peakRssMiB } = server.usage();
    await settled(server);
    return { mb_per_s: bytes / 1e6 / seconds, peak_rss_mib: peakRssMiB, cpu_s: cpuSeconds - before };
  },
};

async function parts({ url }, bytes) {
  const metadata = `filename ${Buffer.from('big.txt').toString('base64')}`;
  const created = await fetch(`${url}/upload/resumable`, {
    method: 'POST',
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(bytes), 'Upload-Metadata': metadata },
  });
  const { pathname } = new URL(created.headers.get('location'), url);
  const headers = {
    Host: '127.0.0.1',
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': 0,
    'Content-Type': 'application/offset+octet-stream',
    'Content-Length': bytes,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `PATCH ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`, tail: '' };
}
