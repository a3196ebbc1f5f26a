/** Makes load over plain sockets: no client library, so that the server is what is measured. */
const { connect } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { quantile } = require('./statistics');

const CHUNK_BYTES = 64 * 1024;

const EXERCISES = { saturate, probe, send };

process.once('message', ({ kind, ...options }) => {
  EXERCISES[kind](options).then(
    (outcome) => process.send(outcome),
    (error) => process.send({ error: error.message }),
  );
});

let used = 0;

/** A kept-alive connection that carries one request at a time. */
class Connection {
  constructor(port) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.received = Buffer.alloc(0);
    this.socket.on('data', (chunk) => this.onData(chunk));
    this.socket.on('error', (error) => this.reject?.(error));
    this.socket.on('close', () => this.reject?.(new Error('The server closed the connection.')));
  }

  /** Resolves with the status when the whole answer is there. */
  ask(text) {
    this.socket.write(text.replace('{n}', () => `${process.pid}-${++used}`));
    return this.answer();
  }

  answer() {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  onData(chunk) {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.received.latin1Slice(0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? this.received.subarray(-5).equals(Buffer.from('0\r\n\r\n')) || / 204 /.test(head.slice(0, 13))
        : this.received.length >= headEnd + 4 + Number(length);
    if (!isWhole) return;
    const body = this.received.subarray(headEnd + 4).toString();
    this.received = Buffer.alloc(0);
    const status = Number(head.slice(9, 12));
    if (status < 300) this.resolve({ head, body });
    else this.reject(new Error(`${head.split('\r\n', 1)[0]}: ${body.slice(0, 300)}`));
  }

  close() {
    this.reject = undefined;
    this.socket.destroy();
  }
}

async function saturate({ port, requests, connections, seconds }) {
  const latencies = [];
  const end = performance.now() + seconds * 1000;
  let turn = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = new Connection(port);
      for (let now = performance.now(); now < end;) {
        await connection.ask(requests[turn++ % requests.length]);
        const then = performance.now();
        latencies.push(then - now);
        now = then;
      }
      connection.close();
    }),
  );
  return { ...summary(latencies), seconds: (performance.now() - startedAt) / 1000 };
}

async function probe({ port, requests, seconds, pauseMs }) {
  const latencies = [];
  const connection = new Connection(port);
  const end = performance.now() + seconds * 1000;
  for (let turn = 0; performance.now() < end; turn++) {
    const startedAt = performance.now();
    await connection.ask(requests[turn % requests.length]);
    latencies.push(performance.now() - startedAt);
    await sleep(pauseMs);
  }
  connection.close();
  return summary(latencies);
}

async function send({ port, head, tail, pattern, bytes }) {
  const connection = new Connection(port);
  const { socket } = connection;
  const chunk = Buffer.from(pattern.repeat(Math.ceil(CHUNK_BYTES / pattern.length)).slice(0, CHUNK_BYTES));
  const answer = connection.answer();
  const startedAt = performance.now();
  socket.write(head);
  for (let left = bytes; left > 0; left -= chunk.length) {
    const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
    if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.write(tail);
  const { head: answered, body } = await answer;
  const seconds = (performance.now() - startedAt) / 1000;
  connection.close();
  return { seconds, head: answered, body };
}

function summary(latencies) {
  const sorted = Float64Array.from(latencies).toSorted();
  return { count: sorted.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
