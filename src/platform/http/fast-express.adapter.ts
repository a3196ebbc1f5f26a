import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { MINUTE_MS } from '../clock/durations';
import { answerClientErrors } from './client-errors';

interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse): void;
  /** The prototypes that Express gives to every request and response. */
  request: object;
  response: object;
}

/**
 * Express with the objects made right at once.
 *
 * Express sets the prototype of each request and response after they were made, which takes them off
 * V8's fast paths. Here the server makes them from classes whose prototypes are those, so that setting
 * them again changes nothing: several times the requests per second. See docs/adr/0004-express-adapter.md.
 */
export class FastExpressAdapter extends ExpressAdapter {
  override initHttpServer(options: NestApplicationOptions): void {
    if (options?.httpsOptions) {
      super.initHttpServer(options);
      return;
    }
    const app = this.getInstance<ExpressApp>();
    class Request extends IncomingMessage {}
    class Response extends ServerResponse {}
    app.request = Object.setPrototypeOf(Request.prototype, app.request) as object;
    app.response = Object.setPrototypeOf(Response.prototype, app.response) as object;
    // A slow but honest upload may take hours (UploadPace tells it from others); its headers may not, and a
    // silent socket may not stay.
    const timeouts = { requestTimeout: 0, headersTimeout: MINUTE_MS / 2 };
    const classes = { IncomingMessage: Request, ServerResponse: Response };
    const server = createServer({ ...classes, ...timeouts, requireHostHeader: false }, app);
    server.setTimeout(2 * MINUTE_MS);
    answerClientErrors(server);
    this.setHttpServer(server);
  }
}
