import { Icon, type IconName } from '../ui/icon';
import type { Reader } from '../api/session';
import { QueueLink } from './queue-link';
import type { Route } from './route';
import { THEMES, useTheme, type Theme } from './theme';
import { BASE_URL } from '../api/base-url';

export function Header({ route, reader }: { route: Route; reader: Reader }) {
  return (
    <header className="header">
      <a className="brand" href="#/">
        <Mark />
        Filemill
      </a>
      <nav className="nav nav-pages" aria-label="Pages">
        <NavLink href="#/" isCurrent={route.page === 'home' || route.page === 'job'}>
          Jobs
        </NavLink>
        <NavLink href="#/insight" isCurrent={route.page === 'insight'}>
          Insight
        </NavLink>
        <NavLink href="#/webhooks" isCurrent={route.page === 'webhooks' || route.page === 'webhook'}>
          Webhooks
        </NavLink>
        <NavLink href="#/reports" isCurrent={route.page === 'reports'}>
          Reports
        </NavLink>
        {reader.is === 'user' && reader.user.role === 'admin' && <QueueLink />}
        <a href={`${BASE_URL}/docs`}>API</a>
      </nav>
      <nav className="nav nav-own" aria-label="Account">
        {reader.is === 'user' && (
          <NavLink href="#/account" isCurrent={route.page === 'account'}>
            {reader.user.username}
          </NavLink>
        )}
        {reader.is === 'anonymous' && (
          <NavLink href="#/login" isCurrent={route.page === 'login'}>
            Log in
          </NavLink>
        )}
      </nav>
      <ThemeButton />
    </header>
  );
}

function NavLink({ href, isCurrent, children }: { href: string; isCurrent: boolean; children: string }) {
  return (
    <a href={href} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  );
}

const ICONS: Record<Theme, IconName> = { system: 'system', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const [theme, setTheme] = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Colours: ${theme}. Switch to ${next}`}
      title={`Colours: ${theme}`}
      onClick={() => setTheme(next)}
    >
      <Icon name={ICONS[theme]} />
    </button>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M9 8h14M9 8v16M9 16h10" />
      <circle cx="23" cy="23" r="2.6" />
    </svg>
  );
}
