import { DomainError, Problem } from 'filemill/plugin-api/processor';

@Problem({
  code: 'malformed_subtitles',
  status: 422,
  title: 'Not valid subtitles',
  meaning:
    'The file breaks the rules of SubRip or WebVTT; `line` says where, and `detail` what is wrong. Correct it and upload it again.',
})
export class MalformedSubtitles extends DomainError {
  /** @param line - from 1 */
  constructor(line: number, fault: string) {
    super(`Line ${line}: ${fault}.`, { extensions: { line } });
  }
}
