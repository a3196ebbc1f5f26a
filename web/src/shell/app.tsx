import { useEffect } from 'react';
import { AccountPage } from '../accounts/account-page';
import { LoginPage, RegisterPage } from '../accounts/login-page';
import { queries } from '../api/client';
import { useLiveJobs } from '../api/live';
import { troubleOf, type Trouble } from '../api/problems';
import { session, type Reader } from '../api/session';
import { LazyInsightPage } from '../insight/lazy-insight-page';
import { JobPage } from '../jobs/job-page';
import { jobFilter } from '../jobs/jobs-section';
import { ReportsPage } from '../reports/reports-page';
import { Announcer } from '../ui/announcer';
import { Empty, Loading, TroubleNotice } from '../ui/states';
import { useStore } from '../ui/store';
import { Toasts } from '../ui/toasts';
import { endUploads } from '../uploads/uploads';
import { useLimits } from '../uploads/use-limits';
import { WebhookPage } from '../webhooks/webhook-page';
import { WebhooksPage } from '../webhooks/webhooks-page';
import { ErrorBoundary } from './error-boundary';
import { Header } from './header';
import { HomePage } from './home-page';
import type { Route } from './route';
import { usePageTitle, useRoute } from './use-route';

const SESSION_ENDED: Trouble = {
  title: 'Your session has ended',
  detail: 'Log in again to go on.',
  fields: {},
  canRetry: false,
};

export function App() {
  const route = useRoute();
  const reader = useStore(session.reader);
  useEffect(() => session.start(), []);
  return (
    <>
      <a className="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <Header route={route} reader={reader} />
      <main id="main" tabIndex={-1}>
        {reader.is === 'anonymous' && reader.hasEnded && <TroubleNotice trouble={SESSION_ENDED} />}
        {reader.is === 'unknown' ? (
          <Wait error={reader.error} />
        ) : (
          <Visit key={idOf(reader)} route={route} reader={reader} />
        )}
      </main>
      <Toasts />
      <Announcer />
    </>
  );
}

const idOf = (reader: Reader) => (reader.is === 'user' ? reader.user.user_id : reader.is);

/** Until it is known who reads. @param error - of the last attempt to find out */
function Wait({ error }: { error: unknown }) {
  if (error === undefined) return <Loading />;
  return <TroubleNotice trouble={{ ...troubleOf(error), detail: 'Trying again.' }} />;
}

/** What one reader sees. With the next one everything begins anew, so that nobody sees what is another's. */
function Visit({ route, reader }: { route: Route; reader: Reader }) {
  const { data: limits } = useLimits();
  const mustLogIn = reader.is === 'anonymous' && limits?.auth_required === true;
  useEffect(
    () => () => {
      queries.removeQueries({ predicate: ({ queryKey: [name] }) => name !== 'limits' });
      void endUploads();
      jobFilter.update(() => ({}));
    },
    [],
  );
  if (mustLogIn && route.page !== 'register') return <LoginPage isNeeded />;
  return (
    <>
      {(reader.is === 'user' || limits?.auth_required === false) && <LiveJobs />}
      <ErrorBoundary key={route.page}>
        <Page route={route} reader={reader} />
      </ErrorBoundary>
    </>
  );
}

function LiveJobs() {
  useLiveJobs();
  return null;
}

/** The fragment of the address says which page it is, so it cannot say where on the page. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Page({ route, reader }: { route: Route; reader: Reader }) {
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'job':
      return <JobPage key={route.jobId} jobId={route.jobId} />;
    case 'insight':
      return <LazyInsightPage />;
    case 'webhooks':
      return <WebhooksPage />;
    case 'webhook':
      return <WebhookPage key={route.webhookId} webhookId={route.webhookId} />;
    case 'reports':
      return <ReportsPage recipient={reader.is === 'user' ? reader.user.email : null} />;
    case 'login':
      return reader.is === 'user' ? <WayHome /> : <LoginPage isNeeded={false} />;
    case 'register':
      return reader.is === 'user' ? <WayHome /> : <RegisterPage />;
    case 'account':
      return reader.is === 'user' ? <AccountPage user={reader.user} /> : <LoginPage isNeeded={false} />;
    default:
      return <MissingPage />;
  }
}

/** Who is logged in has nothing to do here. */
function WayHome() {
  useEffect(() => window.location.replace('#/'), []);
  return <Loading />;
}

function MissingPage() {
  const heading = usePageTitle('Not found');
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Not found
      </h1>
      <Empty title="There is no such page">
        <a href="#/">Hand in files, and see your jobs</a>
      </Empty>
    </>
  );
}
