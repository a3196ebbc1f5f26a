import type { JobStatus, PdfResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { figure, formatTime } from '../../ui/format';
import { Bars } from './bars';
import { Picture } from './picture';
import { TextPreview } from './text-preview';

export function PdfView({ job, result }: { job: JobStatus; result: PdfResult }) {
  return (
    <>
      <div className="media">
        <Picture job={job} names={['page-1.webp']} alt={`First page of ${job.filename}`} />
        <div>
          <Figures figures={[figure(result.page_count, 'page'), figure(result.word_count, 'word')]} />
          <Facts
            facts={[
              ['Title', result.title],
              ['Author', result.author],
              ['Subject', result.subject],
              ['Made with', result.creator ?? result.producer],
              ['Made', result.created_at && formatTime(result.created_at)],
              ['PDF', result.pdf_version],
              ['Text', result.has_text_layer ? null : 'none: pictures only'],
              ['Repaired', result.repaired ? 'yes, parts may be missing' : null],
            ]}
          />
          {result.page_count > 1 && (
            <Bars label="Words on each page" values={result.words_per_page.slice(0, 60)} />
          )}
        </div>
      </div>
      <TextPreview job={job} />
    </>
  );
}
