import type { JobStatus, WordResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { figure, formatTime } from '../../ui/format';
import { TextPreview } from './text-preview';

export function WordView({ job, result }: { job: JobStatus; result: WordResult }) {
  return (
    <>
      <Figures
        figures={[
          figure(result.word_count, 'word'),
          figure(result.paragraph_count, 'paragraph'),
          figure(result.table_count, 'table'),
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
