import { useInfiniteQuery } from '@tanstack/react-query';
import { filemill, queries } from '../api/client';
import { nextLookMs } from './report-progress';

const REPORTS = ['reports'];
const PAGE = 20;

/** The reader's reports, newest first; looked at again while one is being compiled. */
export function useReports() {
  return useInfiniteQuery({
    queryKey: REPORTS,
    queryFn: ({ pageParam, signal }) => filemill.reportsPage({ limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      nextLookMs(data?.pages.flatMap(({ items }) => items) ?? [], Date.now()) ?? false,
  });
}

/** After one was asked for or deleted. */
export function refreshReports(): Promise<void> {
  return queries.invalidateQueries({ queryKey: REPORTS });
}
