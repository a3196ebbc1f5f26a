/** The floor of the runtime: bodies piped into files, a fixed document to be read. Nothing is parsed. */
const { createWriteStream } = require('node:fs');
const { createServer } = require('node:http');
const path = require('node:path');
const { pipeline } = require('node:stream');

const [directory, port] = process.argv.slice(2);
const DOCUMENT = JSON.stringify({ job_id: 'a', filename: 'a.txt', size_bytes: 1024, status: 'completed' });
let files = 0;

function answer(response, body) {
  response.setHeader('Content-Type', 'application/json');
  response.end(body);
}

createServer((request, response) => {
  if (request.method === 'GET') return answer(response, DOCUMENT);
  const file = path.join(directory, String(++files));
  pipeline(request, createWriteStream(file), (error) => {
    if (error) response.destroy();
    else answer(response, '{"job_id":"a"}');
  });
}).listen(Number(port), '127.0.0.1');
