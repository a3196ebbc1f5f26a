import type { JobStatus, WordResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { formatNumber, formatTime } from '../../ui/format';
import { TextPreview } from './text-preview';

export function WordView({ job, result }: { job: JobStatus; result: WordResult }) {
  return (
    <>
      <Figures
        figures={[
          ['words', formatNumber(result.word_count)],
          ['paragraphs', formatNumber(result.paragraph_count)],
          ['tables', formatNumber(result.table_count)],
        ]}
      />
      <Facts
        facts={[
          ['Title', result.title],
          ['Author', result.author],
          ['Pages', result.page_count],
          ['Changed', result.modified_at && formatTime(result.modified_at)],
          ['Format', result.format.toUpperCase()],
        ]}
      />
      <TextPreview job={job} />
    </>
  );
}
