import type { JobStatus } from '@filemill/sdk';
import { Progress } from '../../ui/progress';
import { Empty } from '../../ui/states';
import { ArchiveView } from './archive-view';
import { ImageView } from './image-view';
import { JsonView } from './json-view';
import { OtherView } from './other-view';
import { PdfView } from './pdf-view';
import { TableView } from './table-view';
import { TextView } from './text-view';
import { WordView } from './word-view';

/** The result of a job, drawn for people, or where the job stands. */
export function ResultView({ job }: { job: JobStatus }) {
  const { result, status, progress, filename } = job;
  if (!result) return <NoResult status={status} progress={progress} filename={filename} />;
  switch (result.processor) {
    case 'text':
      return <TextView result={result} />;
    case 'image':
      return <ImageView job={job} result={result} />;
    case 'pdf':
      return <PdfView job={job} result={result} />;
    case 'word':
      return <WordView job={job} result={result} />;
    case 'table':
      return <TableView result={result} />;
    case 'json':
      return <JsonView result={result} />;
    case 'archive':
      return <ArchiveView result={result} />;
    default:
      return <OtherView result={result} />;
  }
}

function NoResult({ status, progress, filename }: Pick<JobStatus, 'status' | 'progress' | 'filename'>) {
  if (status === 'processing')
    return (
      <div className="result-progress">
        <p>Processing{progress > 0 && `: ${Math.round(progress * 100)} %`}</p>
        <Progress value={progress > 0 ? progress : undefined} label={`${filename}: processing`} />
      </div>
    );
  if (status === 'pending')
    return <Empty title="Waiting for its turn">The result appears here by itself.</Empty>;
  return <Empty title={status === 'failed' ? 'There is no result' : 'Cancelled before there was a result'} />;
}
