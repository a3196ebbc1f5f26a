export const SUBTITLE_FORMATS = ['srt', 'vtt'] as const;

export type SubtitleFormat = (typeof SUBTITLE_FORMATS)[number];

export const MEDIA_TYPES = { srt: 'application/x-subrip', vtt: 'text/vtt' } as const;

/** What is shown, from when to when. */
export interface Cue {
  /** Of its timing, from 1. */
  readonly line: number;
  readonly startMs: number;
  /** Later than the start. */
  readonly endMs: number;
  /** As the file has it, with the markup of its format; a line feed between lines, none of them blank. */
  readonly text: string;
}

export function formatOf(filename: string): SubtitleFormat {
  return filename.toLowerCase().endsWith('.vtt') ? 'vtt' : 'srt';
}
