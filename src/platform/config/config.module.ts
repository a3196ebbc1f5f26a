import { type DynamicModule, Module } from '@nestjs/common';
import { Settings } from './settings';

/** Gives everyone the settings that the composition root loaded. */
@Module({})
export class ConfigModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Settings, useValue: settings }],
      exports: [Settings],
    };
  }
}
