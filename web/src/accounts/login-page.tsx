import { session } from '../api/session';
import { usePageTitle } from '../shell/use-route';
import { Form, FormField } from '../ui/form';

/** @param isNeeded - whether nothing can be seen without an account */
export function LoginPage({ isNeeded }: { isNeeded: boolean }) {
  const heading = usePageTitle('Log in');
  return (
    <section className="narrow card" aria-labelledby="login-title">
      <h1 id="login-title" ref={heading} tabIndex={-1}>
        Log in
      </h1>
      {isNeeded && <p className="muted">This service is for those who have an account.</p>}
      <Form
        label="Log in"
        submit="Log in"
        onSend={({ username = '', password = '' }) => session.login(username, password)}
      >
        {(trouble) => (
          <>
            <FormField
              label="User name or email address"
              name="username"
              autoComplete="username"
              required
              trouble={trouble}
            />
            <FormField
              label="Password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              trouble={trouble}
            />
          </>
        )}
      </Form>
      <p>
        No account yet? <a href="#/register">Register</a>
      </p>
    </section>
  );
}

export function RegisterPage() {
  const heading = usePageTitle('Register');
  return (
    <section className="narrow card" aria-labelledby="register-title">
      <h1 id="register-title" ref={heading} tabIndex={-1}>
        Register
      </h1>
      <p className="muted">With an account, your files and jobs are yours alone.</p>
      <Form
        label="Register"
        submit="Register"
        onSend={({ username = '', email = '', password = '', ...rest }) =>
          session.register({ username, email, password, ...rest })
        }
      >
        {(trouble) => (
          <>
            <FormField label="User name" name="username" autoComplete="username" required trouble={trouble} />
            <FormField
              label="Email address"
              name="email"
              type="email"
              autoComplete="email"
              required
              trouble={trouble}
            />
            <FormField
              label="Name"
              name="full_name"
              autoComplete="name"
              hint="If you like"
              trouble={trouble}
            />
            <FormField
              label="Password"
              name="password"
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
      <p>
        Registered before? <a href="#/login">Log in</a>
      </p>
    </section>
  );
}
