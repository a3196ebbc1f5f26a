import type { CurrentUser } from '@filemill/sdk';
import { filemill } from '../api/client';
import { session } from '../api/session';
import { usePageTitle } from '../shell/use-route';
import { Form, FormField } from '../ui/form';
import { Facts } from '../ui/facts';
import { formatTime } from '../ui/format';
import { showToast, showTrouble } from '../ui/toasts';
import { ApiKeys } from './api-keys';
import { NotificationSettings } from './notification-settings';

export function AccountPage({ user }: { user: CurrentUser }) {
  const heading = usePageTitle('Account');
  const logout = () => session.logout().catch((error: unknown) => showTrouble(error, 'Not logged out'));
  return (
    <>
      <div className="section-head">
        <h1 ref={heading} tabIndex={-1}>
          {user.full_name ?? user.username}
        </h1>
        <button type="button" className="button push" onClick={() => void logout()}>
          Log out
        </button>
      </div>
      <div className="columns">
        <section className="card" aria-labelledby="profile-title">
          <h2 id="profile-title">Account</h2>
          <Facts
            facts={[
              ['User name', user.username],
              ['Email', user.email],
              ['Role', user.role],
              ['Since', formatTime(user.created_at)],
            ]}
          />
        </section>
        <NotificationSettings />
        <Password />
      </div>
      <ApiKeys />
      <Deletion />
    </>
  );
}

function Password() {
  const change = async ({ current_password = '', new_password = '' }: Record<string, string>) => {
    await filemill.changePassword({ body: { current_password, new_password } });
    showToast({ text: 'The password is changed, and other sessions have ended.' });
  };
  return (
    <section className="card" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <Form label="Change the password" submit="Change" onSend={change}>
        {(trouble) => (
          <>
            <FormField
              label="Current password"
              name="current_password"
              type="password"
              autoComplete="current-password"
              required
              trouble={trouble}
            />
            <FormField
              label="New password"
              name="new_password"
              type="password"
              autoComplete="new-password"
              minLength={8}
              hint="8 characters or more"
              required
              trouble={trouble}
            />
          </>
        )}
      </Form>
    </section>
  );
}

function Deletion() {
  const remove = async ({ password }: Record<string, string>) => {
    await filemill.deleteCurrentUser({ body: { password } });
    session.forget(false);
    window.location.hash = '#/';
  };
  return (
    <details className="card raw">
      <summary>
        <h2>Delete the account</h2>
      </summary>
      <p className="muted spaced">All your jobs, files and keys go with it. This cannot be undone.</p>
      <Form label="Delete the account" submit="Delete everything" onSend={remove} isDangerous>
        {(trouble) => (
          <FormField
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            trouble={trouble}
          />
        )}
      </Form>
    </details>
  );
}
