import { createServer, request, type Server } from 'node:http';

/** Where the proxy has put the service. */
export const PREFIX = '/some/prefix';

/** A proxy as it stands in front of services: it serves one below a path of its own, and nothing beside. */
export function startPrefixProxy(port: string): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (!url.startsWith(`${PREFIX}/`)) return outgoing.writeHead(404).end();
    const passed = request({ port, method, headers, path: url.slice(PREFIX.length) }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
