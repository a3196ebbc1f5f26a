import { useQuery } from '@tanstack/react-query';
import { filemill } from '../api/client';
import { useRefreshByJobs } from '../api/live';

const STATS = ['stats', 'totals'];
const THROUGHPUT = ['stats', 'throughput'];
/** The charts move on by a minute even when nothing happens. */
const MINUTE_MS = 60_000;

/** The reader's totals. */
export function useStats() {
  useRefreshByJobs(STATS, 30_000);
  return useQuery({ queryKey: STATS, queryFn: ({ signal }) => filemill.getStats({ signal }), staleTime: 0 });
}

/** The reader's last hour. */
export function useThroughput() {
  useRefreshByJobs(THROUGHPUT, 10_000);
  return useQuery({
    queryKey: THROUGHPUT,
    queryFn: ({ signal }) => filemill.getThroughput({ signal }),
    staleTime: 0,
    refetchInterval: MINUTE_MS,
  });
}

/** How busy the service is with the work of everybody. Nobody counts how often this is asked. */
export function useCapacity() {
  return useQuery({
    queryKey: ['capacity'],
    queryFn: ({ signal }) => filemill.getCapacity({ signal }),
    staleTime: 0,
    refetchInterval: 5000,
  });
}
