import type { Request } from 'express';

interface RouteLayer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

interface RoutedApp {
  readonly router: { readonly stack: readonly RouteLayer[] };
}

/** The route by which Nest answers what nothing else did. */
const CATCH_ALL = '*path';

/** The methods that the path of a request is served with, for `Allow`; empty when it is unknown. */
export function allowedMethods({ app, path }: Request): string[] {
  const { stack } = (app as unknown as RoutedApp).router;
  const routes = stack.filter((layer) => matches(layer, path)).flatMap(({ route }) => route ?? []);
  const served = routes
    .filter((route) => route.path !== CATCH_ALL)
    .flatMap(({ methods }) => Object.keys(methods));
  const allowed = served.map((method) => method.toUpperCase());
  if (allowed.includes('GET')) allowed.push('HEAD');
  return [...new Set(allowed)].toSorted();
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false; // a percent-encoding that cannot be decoded
  }
}
