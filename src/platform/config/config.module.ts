import { type DynamicModule, Module } from '@nestjs/common';
import type { LoadedSettings } from './load-settings';

/** Gives everyone the settings that the composition root loaded. */
@Module({})
export class ConfigModule {
  static with(settings: LoadedSettings): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [...settings].map(([provide, useValue]) => ({ provide, useValue })),
      exports: [...settings.keys()],
    };
  }
}
