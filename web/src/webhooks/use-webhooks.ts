import type { Webhook } from '@filemill/sdk';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { filemill, queries } from '../api/client';
import { useRefreshByJobs } from '../api/live';
import { nextLookMs } from './deliveries-due';

export type WebhookEvent = Webhook['event_types'][number];

const WEBHOOKS = ['webhooks'];
const PAGE = 20;
const DELIVERIES_EVERY_MS = 10_000;

export function useWebhooks() {
  return useQuery({ queryKey: WEBHOOKS, queryFn: ({ signal }) => filemill.listWebhooks({ signal }) });
}

export function useWebhook(webhookId: string) {
  return useQuery({
    queryKey: [...WEBHOOKS, webhookId],
    queryFn: ({ signal }) => filemill.getWebhook({ path: { webhook_id: webhookId }, signal }),
  });
}

/** What was sent to an endpoint, newest first; looked at again when jobs have ended, and when something is due. */
export function useDeliveries({ webhook_id: webhookId, enabled }: Webhook) {
  const queryKey = useMemo(() => [...WEBHOOKS, webhookId, 'deliveries'], [webhookId]);
  useRefreshByJobs(queryKey, DELIVERIES_EVERY_MS);
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      filemill.deliveriesPage(
        { path: { webhook_id: webhookId }, query: { limit: PAGE, cursor: pageParam } },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => {
      const deliveries = data?.pages.flatMap(({ items }) => items) ?? [];
      return enabled ? (nextLookMs(deliveries, Date.now()) ?? false) : false;
    },
  });
}

/** After something was changed. */
export function refreshWebhooks(): Promise<void> {
  return queries.invalidateQueries({ queryKey: WEBHOOKS });
}
