import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Request, Response } from 'express';
import type { Server } from 'node:http';
import { Clock, type Cancel } from '../clock/clock';
import { Settings } from '../config/settings';
import { RequestTimeout } from './http.errors';
import { answerAndHangUp } from './problem.filter';

const LOOK_MS = 10_000;
/** The time over which the pace of a body is taken: pauses shorter than that do no harm. */
const WINDOW_MS = 60_000;

/** A request whose body is still under way. */
interface Arrival {
  readonly request: Request;
  readonly response: Response;
  /** When the window began, and how much had come on the connection by then. */
  since: number;
  bytesBefore: number;
}

/**
 * Ends requests whose body comes more slowly than MIN_UPLOAD_BYTES_PER_SECOND. A limit on the whole time would
 * hit honest large uploads; without any limit a byte a minute holds a connection and an unfinished file for
 * ever. Time in which the service itself does not read is not held against the client.
 */
@Injectable()
export class UploadPace implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly arrivals = new Set<Arrival>();
  private stop: Cancel = () => {};

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.MIN_UPLOAD_BYTES_PER_SECOND === 0) return;
    const server = this.host.httpAdapter.getHttpServer() as Server;
    server.on('request', (request: Request, response: Response) => this.follow(request, response));
    this.stop = this.clock.every(LOOK_MS, () => this.look());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  private follow(request: Request, response: Response): void {
    const { headers, socket } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    if (request.complete) return;
    const arrival = { request, response, since: this.clock.now(), bytesBefore: socket.bytesRead };
    this.arrivals.add(arrival);
    request.once('close', () => this.arrivals.delete(arrival));
  }

  private look(): void {
    const now = this.clock.now();
    for (const arrival of this.arrivals) {
      const { request, since, bytesBefore } = arrival;
      const { bytesRead } = request.socket;
      if (request.complete) this.arrivals.delete(arrival);
      else if (request.isPaused()) this.beginAnew(arrival, now);
      else if (now - since >= WINDOW_MS) {
        const least = (this.settings.MIN_UPLOAD_BYTES_PER_SECOND * (now - since)) / 1000;
        if (bytesRead - bytesBefore < least) this.end(arrival);
        else this.beginAnew(arrival, now);
      }
    }
  }

  private beginAnew(arrival: Arrival, now: number): void {
    arrival.since = now;
    arrival.bytesBefore = arrival.request.socket.bytesRead;
  }

  /** Whoever reads the body learns of it by the end of the connection, and leaves nothing behind. */
  private end(arrival: Arrival): void {
    const { request, response } = arrival;
    this.arrivals.delete(arrival);
    if (response.headersSent) request.socket.destroy();
    else answerAndHangUp(new RequestTimeout(), request, response);
  }
}
