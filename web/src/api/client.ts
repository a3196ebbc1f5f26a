import { Filemill } from '@filemill/sdk';
import { QueryClient } from '@tanstack/react-query';
import { BASE_URL } from './base-url';
import { mayPass } from './problems';
import { session } from './session';

/** What is answered to one reader says nothing about the session of the next. */
const send: typeof fetch = async (...request) => {
  const reader = session.reader.get();
  const response = await fetch(...request);
  if (session.reader.get() === reader) session.heed(response.headers.get('WWW-Authenticate'));
  return response;
};

/** The one way to the service, for whoever reads the page. */
export const filemill = new Filemill({ baseUrl: BASE_URL, token: session.freshToken, fetch: send });

/** What the service said, as long as it is worth keeping. Live events keep it fresh, so nothing is asked twice. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && mayPass(error),
    },
  },
});
