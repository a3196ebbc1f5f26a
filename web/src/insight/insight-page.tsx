import type { Stats } from '@filemill/sdk';
import { liveState } from '../api/live';
import { usePageTitle } from '../shell/use-route';
import { LiveMark } from '../ui/live-mark';
import { ErrorNotice } from '../ui/states';
import { useStore } from '../ui/store';
import { ActivityLog } from './activity-log';
import { CapacityCard } from './capacity-card';
import { Chart, ComingChart } from './chart';
import { jobsByDay, totalsInWords } from './series';
import { ThroughputCharts } from './throughput-charts';
import { ProcessorTotals, TotalsCard } from './totals';
import { useStats } from './use-insight';

/** What was done lately, what is under way, and what happened. */
export function InsightPage() {
  const heading = usePageTitle('Insight');
  const { data: stats, error, refetch } = useStats();
  return (
    <div className="insight">
      <div className="section-head">
        <h1 ref={heading} tabIndex={-1}>
          Insight
        </h1>
        <LiveMark state={useStore(liveState)} />
      </div>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <div className="columns">
        {(stats || !error) && <TotalsCard stats={stats} />}
        <CapacityCard />
      </div>
      <div className="charts">
        <ThroughputCharts />
        {stats ? <Days stats={stats} /> : !error && <ComingChart />}
      </div>
      {stats && stats.by_processor.length > 0 && <ProcessorTotals stats={stats} />}
      <ActivityLog />
    </div>
  );
}

function Days({ stats }: { stats: Stats }) {
  const data = jobsByDay(stats);
  const words = totalsInWords(data) || 'nothing';
  return <Chart title="The last 30 days" summary={`Of what came in: ${words}.`} data={data} isStacked />;
}
