import { Filemill } from '@filemill/sdk';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { BASE_URL } from './base-url';
import { hasCode, mayPass } from './problems';
import { session } from './session';

/** The one way to the service, for whoever reads the page. */
export const filemill = new Filemill({ baseUrl: BASE_URL, token: session.freshToken });

/** What the service said, as long as it is worth keeping. Live events keep it fresh, so nothing is asked twice. */
export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => hasCode(error, 'invalid_token') && session.forget(true),
  }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && mayPass(error),
    },
  },
});
