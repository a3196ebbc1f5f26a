import type { Extension } from 'filemill/plugin-api';
import { subtitleMigrations } from './subtitles.repository';
import { SubtitlesModule } from './subtitles.module';
import { SubtitlesSettings } from './subtitles.settings';

/** Subtitles (.srt and .vtt): `start([subtitles])`. */
export const subtitles: Extension = {
  name: 'subtitles',
  module: SubtitlesModule,
  settings: SubtitlesSettings,
  migrations: subtitleMigrations,
};
