import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { routeOf, type Route } from './route';

/** Browsers scroll to where the reader was between `popstate` and `hashchange`: the page has to be there by then. */
const subscribe = (onChange: () => void) => {
  window.addEventListener('popstate', onChange);
  return () => window.removeEventListener('popstate', onChange);
};

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => routeOf(hash), [hash]);
}

/** Names the page, and puts the focus on its heading when somebody has come from another one. */
export function usePageTitle(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title === '' ? 'Filemill' : `${title} · Filemill`;
  }, [title]);
  useEffect(() => {
    if (hasNavigated) heading.current?.focus();
    hasNavigated = true;
  }, []);
  return heading;
}

let hasNavigated = false;
