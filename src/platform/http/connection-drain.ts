import { Injectable, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Clock, type Cancel } from '../clock/clock';
import { Settings } from '../config/settings';

const LOOK_MS = 100;

/**
 * Lets the server close at shutdown, which waits for every connection: one that is kept alive ends with
 * its next answer, and what is still under way when SHUTDOWN_GRACE_SECONDS are over is cut off.
 */
@Injectable()
export class ConnectionDrain implements OnModuleDestroy, OnApplicationShutdown {
  private stop: Cancel = () => {};

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onModuleDestroy(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    const endAt = this.clock.now() + this.settings.SHUTDOWN_GRACE_SECONDS * 1000;
    server.prependListener('request', answerLast);
    this.stop = this.clock.every(LOOK_MS, () => {
      if (this.clock.now() >= endAt) server.closeAllConnections();
      else if (!server.listening) server.closeIdleConnections();
    });
  }

  onApplicationShutdown(): void {
    this.stop();
  }
}

/** Makes an answer the last of its connection. */
function answerLast(_: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
}
