/** What the page shows. It is in the fragment of the address, so no path of the API can be in its way. */
export type Route =
  | {
      readonly page:
        'home' | 'insight' | 'webhooks' | 'reports' | 'login' | 'register' | 'account' | 'missing';
    }
  | { readonly page: 'job'; readonly jobId: string }
  | { readonly page: 'webhook'; readonly webhookId: string };

const PAGES = new Map([
  ['/', 'home'],
  ['/insight', 'insight'],
  ['/webhooks', 'webhooks'],
  ['/reports', 'reports'],
  ['/login', 'login'],
  ['/register', 'register'],
  ['/account', 'account'],
] as const) as ReadonlyMap<string, Exclude<Route, { jobId: string } | { webhookId: string }>['page']>;
const JOB = /^\/jobs\/([\w-]+)$/;
const WEBHOOK = /^\/webhooks\/([\w-]+)$/;

/** @param hash - as `location.hash` has it */
export function routeOf(hash: string): Route {
  const path = hash.replace(/^#/, '') || '/';
  const [, jobId] = JOB.exec(path) ?? [];
  if (jobId !== undefined) return { page: 'job', jobId };
  const [, webhookId] = WEBHOOK.exec(path) ?? [];
  if (webhookId !== undefined) return { page: 'webhook', webhookId };
  return { page: PAGES.get(path) ?? 'missing' };
}

export const hrefOfJob = (jobId: string) => `#/jobs/${jobId}`;
export const hrefOfWebhook = (webhookId: string) => `#/webhooks/${webhookId}`;
