import type { MinuteTotals } from '@filemill/sdk';
import { count } from '../ui/format';
import { ErrorNotice } from '../ui/states';
import { useProcessors } from '../uploads/use-limits';
import { Chart, ComingChart } from './chart';
import { endedByProcessor, endedByStatus, queueOf, total, totalsInWords } from './series';
import { useThroughput } from './use-insight';

/** The reader's last hour, minute by minute. */
export function ThroughputCharts() {
  const { data, error, refetch } = useThroughput();
  const { data: processors = [] } = useProcessors();
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return ['by status', 'by processor', 'queue'].map((name) => <ComingChart key={name} />);
  const { minutes } = data;
  const byStatus = endedByStatus(minutes);
  const byProcessor = endedByProcessor(
    minutes,
    processors.map(({ name }) => name),
  );
  return (
    <>
      <Chart
        title="Ended, by status"
        summary={inLastHour(totalsInWords(byStatus))}
        data={byStatus}
        isStacked
      />
      <Chart
        title="Ended, by processor"
        summary={inLastHour(totalsInWords(byProcessor))}
        data={byProcessor}
        isStacked
      />
      <Chart title="Queue" summary={queueInWords(minutes)} data={queueOf(minutes)} />
    </>
  );
}

const inLastHour = (words: string) => `In the last hour: ${words || 'nothing'}.`;

function queueInWords(minutes: readonly MinuteTotals[]): string {
  const now = minutes.at(-1)?.unfinished ?? 0;
  const most = Math.max(0, ...minutes.map(({ unfinished }) => unfinished));
  const arrived = total(minutes.map((minute) => minute.arrived));
  return `${count(now, 'job')} under way now. In the last hour ${arrived} came in, and at most ${most} were under way.`;
}
