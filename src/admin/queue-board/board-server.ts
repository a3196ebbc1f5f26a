import type { AppViewRoute } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The board asks for absolute paths; which they are only the browser knows, since a proxy may have put something before. */
export const BASE_SCRIPT =
  "const base = document.querySelector('base'); base.setAttribute('href', new URL(base.href).pathname);";

/** Fonts of another host; the pages are shown without. */
const FOREIGN_FONTS = /<link href="https:[^>]*>/g;

type Handler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** Bull Board's server, with pages that work below any path and ask no other host for anything. */
export class BoardServer extends ExpressAdapter {
  /** @param path - where it is in the service */
  constructor(private readonly path: string) {
    super();
    this.app.disable('x-powered-by');
  }

  /** @returns whether there is anything to answer with */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { url } = request;
    const within = url!.slice(this.path.length);
    request.url = within.startsWith('/') ? within : `/${within}`;
    try {
      return await this.handle(request, response);
    } finally {
      request.url = url;
    }
  }

  override setEntryRoute(entry: AppViewRoute): this {
    this.app[entry.method](entry.route, (request, response, next) => {
      const { name, params } = entry.handler({
        basePath: this.baseOf(request.originalUrl),
        uiConfig: this.uiConfig,
      });
      response.render(name, params, (error: unknown, html: string) => {
        if (error) next(error);
        else response.send(adapt(html));
      });
    });
    return this;
  }

  /** What goes wrong is told as everywhere in the service. */
  override setErrorHandler(): this {
    return super.setErrorHandler((error) => {
      throw error;
    });
  }

  private handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    return new Promise((resolve, reject) => {
      response.once('close', () => resolve(true));
      (this.getRouter() as Handler)(request, response, (error) => {
        if (error) reject(error);
        else resolve(false);
      });
    });
  }

  /** The way from a page to where the server is. */
  private baseOf(url: string): string {
    const [path] = url.split('?', 1);
    const levels = path.split('/').length - this.path.split('/').length;
    return `${'../'.repeat(levels)}${this.path.split('/').at(-1)}/`;
  }
}

function adapt(html: string): string {
  return html.replace(FOREIGN_FONTS, '').replace('</title>', `</title><script>${BASE_SCRIPT}</script>`);
}
