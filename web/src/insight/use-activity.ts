import type { ActivityEntry, ActivityPage } from '@filemill/sdk';
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { filemill, queries } from '../api/client';
import { askAnew } from '../api/live';
import { Broadcast, useStream, type Stream, type StreamState } from '../api/streams';
import { Store } from '../ui/store';

export type ActivityType = ActivityEntry['type'];

const entries = new Broadcast<ActivityEntry>();
const ACTIVITY = 'activity';
const PAGE = 20;

/** Whether the log that is shown follows what happens. */
export const activityState = new Store<StreamState>('connecting');

const LOG: Stream<ActivityEntry> = {
  watch: (options) => filemill.watchLog(options),
  idOf: ({ entry_id: id }) => id,
  onEvent: take,
  onState: (state) => {
    activityState.update(() => state);
    if (state === 'live') void askAnew([ACTIVITY]);
  },
};

/** The log of what happened, newest first, as it is written. @param type - of this alone */
export function useActivity(type: ActivityType | undefined) {
  useStream(LOG);
  return useInfiniteQuery({
    queryKey: [ACTIVITY, type],
    queryFn: ({ pageParam, signal }) =>
      entries.during(
        () => filemill.activityPage({ type, limit: PAGE, cursor: pageParam }, signal),
        (page, entry) => (pageParam === undefined && belongs(entry, type) ? withEntry(page, entry) : page),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

const belongs = (entry: ActivityEntry, type: unknown) => type === undefined || type === entry.type;

function take(entry: ActivityEntry): void {
  for (const [key, log] of queries.getQueriesData<InfiniteData<ActivityPage>>({ queryKey: [ACTIVITY] })) {
    if (!log || !belongs(entry, key[1])) continue;
    const [first, ...others] = log.pages;
    queries.setQueryData(key, { ...log, pages: [withEntry(first, entry), ...others] });
  }
  entries.tell(entry);
}

function withEntry(page: ActivityPage, entry: ActivityEntry): ActivityPage {
  if (page.items.some(({ entry_id: id }) => id === entry.entry_id)) return page;
  return { ...page, total: page.total + 1, items: [entry, ...page.items] };
}
