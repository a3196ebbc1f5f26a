import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';

const MINUTE_MS = 60_000;

interface ExpressPrototypes {
  readonly request: object;
  readonly response: object;
}

/**
 * Express with the objects made right at once.
 *
 * Express sets the prototype of each request and response after they were made, which takes them off
 * V8's fast paths. Here the server makes them with those prototypes, so that setting them changes
 * nothing: several times the requests per second. If Express stops setting prototypes, this does no
 * harm. See docs/adr/0004-express-adapter.md.
 */
export class FastExpressAdapter extends ExpressAdapter {
  override initHttpServer(options: NestApplicationOptions): void {
    if (options?.httpsOptions) {
      super.initHttpServer(options);
      return;
    }
    const app = this.getInstance<ExpressPrototypes & Parameters<typeof createServer>[1]>();
    const server = createServer(
      {
        IncomingMessage: withPrototype(IncomingMessage, app.request),
        ServerResponse: withPrototype(ServerResponse, app.response),
        // A slow but honest upload may take hours; headers may not, and a silent socket may not stay.
        requestTimeout: 0,
        headersTimeout: MINUTE_MS / 2,
      },
      app,
    );
    server.setTimeout(2 * MINUTE_MS);
    this.setHttpServer(server);
  }
}

/** A class like `base` whose instances have just `prototype`, which inherits from that of `base`. */
function withPrototype<T extends typeof IncomingMessage | typeof ServerResponse>(
  base: T,
  prototype: object,
): T {
  function Made(this: object, ...args: unknown[]): object {
    return Reflect.construct(base, args, Made) as object;
  }
  Made.prototype = prototype;
  return Made as unknown as T;
}
