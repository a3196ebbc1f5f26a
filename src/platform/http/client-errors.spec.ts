import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { answerClientErrors } from './client-errors';

describe('answerClientErrors', () => {
  let server: Server;
  beforeEach(async () => {
    const timeouts = { headersTimeout: 20, connectionsCheckingInterval: 10 };
    server = createServer(timeouts, (_, response) =>
      response.writeHead(200, { 'Content-Length': 10 }).write('half '),
    );
    answerClientErrors(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Everything that comes back until the connection is over. */
  function converse(...pieces: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      let received = '';
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('data', (chunk) => {
        received += chunk.toString();
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(piece);
      });
      socket.on('close', () => resolve(received)).on('error', reject);
      socket.write(pieces.shift()!);
    });
  }

  it.each([
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'request_timeout'],
    [
      'headers without measure',
      `GET / HTTP/1.1\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['what is no HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
  ])('answers %s with a problem document and closes', async (_, bytes, status, code) => {
    const [head, body] = (await converse(bytes)).split('\r\n\r\n');
    expect(head).toMatch(
      new RegExp(`^HTTP/1.1 ${status} .+\r\nContent-Type: application/problem\\+json\r\n`),
    );
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}\r\n`);
    expect(JSON.parse(body)).toMatchObject({ status, code, type: `/docs/errors#${code}` });
  });

  it('puts nothing into an answer that has begun', async () => {
    const request = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const received = await converse(request, 'no chunk\r\n');
    expect(received).toMatch(/\r\n\r\nhalf $/);
  });
});
