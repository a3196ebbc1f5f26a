import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { CATCH_ALL } from '../http/allowed-methods';
import { Metrics } from './metrics';

/** What no route serves, whatever its path: paths come from outside. */
const NO_ROUTE = 'none';

interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
}

/** Requests: how many, how long, how many at once. */
@Injectable()
export class HttpMetrics implements OnApplicationBootstrap {
  private readonly templates = new Map<string, string>();
  private active = 0;
  private peak = 0;
  private readonly requests;
  private readonly duration;

  constructor(
    metrics: Metrics,
    private readonly host: HttpAdapterHost,
  ) {
    this.requests = metrics.counter({
      name: 'filemill_http_requests_total',
      help: 'Requests that ended, by route, method and status; 499 when the client left before the answer.',
      labelNames: ['route', 'method', 'status'],
    });
    this.duration = metrics.histogram({
      name: 'filemill_http_request_duration_seconds',
      help: 'From the headers of a request to the last byte of its answer.',
      labelNames: ['route', 'method'],
    });
    metrics.gauge(
      { name: 'filemill_http_requests_in_progress', help: 'Requests under way, streams among them.' },
      (gauge) => gauge.set(this.active),
    );
    metrics.gauge(
      {
        name: 'filemill_http_requests_in_progress_peak',
        help: 'The most requests that were under way at the same time since the process started.',
      },
      (gauge) => gauge.set(this.peak),
    );
  }

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    server.on('request', (request: RoutedRequest, response: ServerResponse) =>
      this.follow(request, response),
    );
  }

  private follow(request: RoutedRequest, response: ServerResponse): void {
    const begin = performance.now();
    this.peak = Math.max(this.peak, ++this.active);
    response.once('close', () => {
      this.active--;
      const labels = { route: this.routeOf(request), method: methodOf(request) };
      this.requests.inc({ ...labels, status: statusOf(response) });
      this.duration.observe(labels, (performance.now() - begin) / 1000);
    });
  }

  /** `/jobs/{job_id}`, as in the OpenAPI document. */
  private routeOf({ route }: RoutedRequest): string {
    const path = route?.path;
    if (typeof path !== 'string' || CATCH_ALL.test(path)) return NO_ROUTE;
    const known = this.templates.get(path);
    if (known !== undefined) return known;
    const template = path.replaceAll(/:(\w+)/g, '{$1}');
    this.templates.set(path, template);
    return template;
  }
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** One of few: clients may make up methods. */
function methodOf({ method = '' }: IncomingMessage): string {
  return METHODS.has(method) ? method : 'other';
}

function statusOf(response: ServerResponse): string {
  return response.headersSent ? String(response.statusCode) : '499';
}
