import { usePageTitle } from '../shell/use-route';
import { More } from '../ui/more';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { NewReport } from './new-report';
import { ReportTable } from './report-table';
import { useReports } from './use-reports';

/** Figures of the reader's jobs as files. @param recipient - whom they are mailed to when nobody says otherwise */
export function ReportsPage({ recipient }: { recipient: string | null }) {
  const heading = usePageTitle('Reports');
  const reports = useReports();
  const shown = reports.data?.pages.flatMap(({ items }) => items);
  return (
    <div className="stack">
      <h1 ref={heading} tabIndex={-1}>
        Reports
      </h1>
      <p className="lead">
        Figures of your jobs as a file: compiled in the background, mailed, kept for download.
      </p>
      <section className="card" aria-labelledby="reports-title">
        <h2 id="reports-title">Your reports</h2>
        {reports.isPending && <Loading label="Loading the reports" />}
        {reports.isError && <ErrorNotice error={reports.error} onRetry={() => void reports.refetch()} />}
        {shown?.length === 0 && <Empty title="No reports yet">Have one compiled below.</Empty>}
        {shown && shown.length > 0 && <ReportTable reports={shown} />}
        <More
          hasMore={reports.hasNextPage}
          isLoading={reports.isFetchingNextPage}
          onMore={() => void reports.fetchNextPage()}
        />
      </section>
      <NewReport recipient={recipient} />
    </div>
  );
}
