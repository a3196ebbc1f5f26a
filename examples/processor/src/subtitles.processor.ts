import { Injectable } from '@nestjs/common';
import { WorkerProcessor } from 'filemill/plugin-api';
import { join } from 'node:path';
import { MEDIA_TYPES } from './cue';
import './subtitles.errors'; // only the worker throws them, but the catalog of errors is made here
import { SubtitlesOptions, SubtitlesResult } from './subtitles.result';

/** Takes .srt and .vtt in place of the built-in `text`, which callers may still ask for. */
@Injectable()
export class SubtitlesProcessor extends WorkerProcessor {
  override readonly name = 'subtitles';
  override readonly description =
    'Checks and measures subtitles, converts them between SubRip and WebVTT, and makes a transcript.';
  override readonly accepts = [
    { extension: '.srt', mediaType: MEDIA_TYPES.srt, content: 'text' as const },
    { extension: '.vtt', mediaType: MEDIA_TYPES.vtt, content: 'text' as const },
  ];
  override readonly result = SubtitlesResult;
  override readonly options = SubtitlesOptions;
  override readonly worker = join(__dirname, 'subtitles.worker.js');
}
