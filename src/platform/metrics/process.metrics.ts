import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { Metrics } from './metrics';

/** What Node.js knows of this process: CPU, memory, garbage collection, lag of the event loop. */
@Injectable()
export class ProcessMetrics {
  constructor({ registry }: Metrics) {
    collectDefaultMetrics({ register: registry });
  }
}
