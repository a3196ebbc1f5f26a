import { Global, Module } from '@nestjs/common';
import { HttpMetrics } from './http.metrics';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { ProcessMetrics } from './process.metrics';

/** Gives everyone the {@link Metrics}, and shows them to Prometheus. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [Metrics, HttpMetrics, ProcessMetrics],
  exports: [Metrics],
})
export class MetricsModule {}
