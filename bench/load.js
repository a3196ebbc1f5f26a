/** Load from processes of their own, so that making it does not slow the clock of whoever measures. */
const { fork } = require('node:child_process');
const events = require('node:events');
const path = require('node:path');

const CHILD = path.join(__dirname, 'load.child.js');

/** Runs one of the exercises of `load.child.js` against a server. */
async function exercise(kind, server, options) {
  const child = fork(CHILD, { env: {} });
  child.send({ kind, port: Number(new URL(server.url).port), ...options });
  const [message] = await Promise.race([events.once(child, 'message'), failure(child)]);
  child.disconnect();
  if (message.error) throw new Error(`${server.name}: ${message.error}`);
  return message;
}

async function failure(child) {
  const [code] = await events.once(child, 'exit');
  return [{ error: `the generator of load ended with code ${code}` }];
}

/** As many requests as `connections` get answered in `seconds`, each sent when the one before is answered. */
const saturate = (server, options) => exercise('saturate', server, options);

/** One request after the other at a steady pace for `seconds`: what others feel. */
const probe = (server, options) => exercise('probe', server, options);

/** One request with a long body that is made as it is sent. */
const send = (server, options) => exercise('send', server, options);

const BOUNDARY = 'filemill-bench-7MA4YWxkTrZu0gW';

/** What stands before and after the bytes of a file in a form. */
function form(filename) {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: text/plain\r\n\r\n`;
  return { head, tail: `\r\n--${BOUNDARY}--\r\n`, type: `multipart/form-data; boundary=${BOUNDARY}` };
}

/** A request as it goes over the wire; `{n}` in the target becomes a number that is never used twice. */
function request(method, target, headers = {}, body = '') {
  const lines = Object.entries({ Host: '127.0.0.1', 'Content-Length': Buffer.byteLength(body), ...headers });
  return `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** The request that hands in a small file, in the way the server takes it. */
function uploadRequest(server, content) {
  if (server.put) return request('PUT', server.put, {}, content);
  const { head, tail, type } = form('a.txt');
  return request('POST', '/upload', { 'Content-Type': type }, `${head}${content}${tail}`);
}

module.exports = { saturate, probe, send, form, request, uploadRequest };
