import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A server that answers as a test tells it to: for tests. It listens on every address of IPv4, so that a
 * connection to one that was to be left alone is seen too.
 */
export class RemoteServer {
  /** The addresses of this machine to which connections were made, in their order. */
  readonly connectedTo: string[] = [];
  readonly requests: IncomingMessage[] = [];
  readonly sockets = new Set<Socket>();
  private readonly server;

  constructor(
    private answer: Answer = (_, response) => response.end(),
    private readonly tls?: { readonly key: string; readonly cert: string },
  ) {
    const listener: RequestListener = (request, response) => {
      this.requests.push(request);
      this.answer(request, response);
    };
    this.server = tls ? createTlsServer(tls, listener) : createServer(listener);
    this.server.on('connection', (socket: Socket) => {
      this.connectedTo.push(socket.localAddress ?? '');
      this.sockets.add(socket.on('error', () => {}).once('close', () => this.sockets.delete(socket)));
    });
  }

  async listen(): Promise<this> {
    this.server.listen(0, '0.0.0.0');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A URL of this server under a name, or an address. */
  url(host: string, path = '/'): string {
    return `${this.tls ? 'https' : 'http'}://${host}:${this.port}${path}`;
  }

  answers(answer: Answer): void {
    this.answer = answer;
  }

  /** For answers that are no HTTP: takes the connection over. */
  answersRaw(write: (socket: Socket) => void): void {
    this.answer = (request) => write(request.socket);
  }

  /** Resolves once clients have closed or reset every connection. */
  async abandoned(): Promise<void> {
    const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
    await Promise.all([...this.sockets].map(closed));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** For `secure.test`, signed by itself, until 2120; it protects nothing. */
export const CERTIFICATE = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJL3lTqmjptMdmDG9
lWu9JBrXhZJAz2RbphuKACBdFH6hRANCAASmYVeXFEYF8YK4V2XKmp7jsHLv3Fc0
nI3MQM1yDVDTJJAz0l4KWB7HLc92GU2FNYhTGbN9lUSzhho9zL7MqmS6
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBZDCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtzZWN1cmUu
dGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLc2VjdXJlLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASmYVeXFEYF
8YK4V2XKmp7jsHLv3Fc0nI3MQM1yDVDTJJAz0l4KWB7HLc92GU2FNYhTGbN9lUSz
hho9zL7MqmS6o0cwRTAMBgNVHRMEBTADAQH/MBYGA1UdEQQPMA2CC3NlY3VyZS50
ZXN0MB0GA1UdDgQWBBSP7aJMnJ/ePB5NEIqu1C4B8ycx2TAKBggqhkjOPQQDAgNI
ADBFAiEA2pPdXMKTR4YAupdxS6W8GFtK4aeTj+2OO6rnQyaLjn0CIAf2DIyAdHMT
vp+VZfdD60oMUGOhA4ytRg+98CH8j/Ex
-----END CERTIFICATE-----`,
};
