import { useQuery } from '@tanstack/react-query';
import type { NotificationSettings as Settings } from '@filemill/sdk';
import { useId, useState } from 'react';
import { filemill, queries } from '../api/client';
import { ErrorNotice, Loading } from '../ui/states';
import { showToast, showTrouble } from '../ui/toasts';

const SETTINGS = ['notification-settings'];

const DIGESTS: Readonly<Record<Settings['digest'], { readonly choice: string; readonly chosen: string }>> = {
  never: { choice: 'Never', chosen: 'You get no digests.' },
  daily: { choice: 'Every day', chosen: 'You get a digest of each day with jobs.' },
  weekly: { choice: 'Every week', chosen: 'You get a digest of each week with jobs.' },
  monthly: { choice: 'Every month', chosen: 'You get a digest of each month with jobs.' },
};

/** What the reader is told by mail. */
export function NotificationSettings() {
  const { data, error, refetch } = useQuery({
    queryKey: SETTINGS,
    queryFn: ({ signal }) => filemill.getNotificationSettings({ signal }),
  });
  const [chosen, setChosen] = useState<Settings>(); // shown at once, and until it is known to be kept
  const settings = chosen ?? data;
  const change = async (changes: Partial<Settings>, text: string) => {
    const body = { ...settings!, ...changes };
    setChosen(body);
    try {
      queries.setQueryData(SETTINGS, await filemill.updateNotificationSettings({ body }));
      showToast({ text });
    } catch (thrown) {
      showTrouble(thrown);
      void refetch();
    }
    setChosen((latest) => (latest === body ? undefined : latest));
  };
  const changeJobMails = (isWanted: boolean) =>
    change(
      { job_finished_email: isWanted },
      isWanted ? 'You get a mail for each job that has ended.' : 'You get no mails about jobs.',
    );
  const changeDigest = (digest: Settings['digest']) => change({ digest }, DIGESTS[digest].chosen);
  return (
    <section className="card" aria-labelledby="notifications-title">
      <h2 id="notifications-title">Notifications</h2>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!settings && !error && <Loading lines={2} label="Loading the settings" />}
      {settings && (
        <>
          <label className="check">
            <input
              type="checkbox"
              checked={settings.job_finished_email}
              onChange={({ target }) => void changeJobMails(target.checked)}
            />
            Mail me when a job has ended
          </label>
          <DigestChoice digest={settings.digest} onChoice={(digest) => void changeDigest(digest)} />
        </>
      )}
      <p className="muted">
        Programs are told by <a href="#/webhooks">webhooks</a>.
      </p>
    </section>
  );
}

function DigestChoice(props: {
  readonly digest: Settings['digest'];
  readonly onChoice: (digest: Settings['digest']) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        Mail me a report of my jobs
      </label>
      <select
        id={id}
        className="input"
        value={props.digest}
        onChange={({ target }) => props.onChoice(target.value as Settings['digest'])}
      >
        {Object.entries(DIGESTS).map(([digest, { choice }]) => (
          <option key={digest} value={digest}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  );
}
