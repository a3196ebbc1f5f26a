import type { Request } from 'express';

interface RouteLayer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

interface RoutedApp {
  readonly router: { readonly stack: readonly RouteLayer[] };
}

/** What Nest runs before every route, and after them all: `/{*path}`, `*path`. */
export const CATCH_ALL = /^\/?\{?\*/;

/** The methods that the path of a request is served with, for `Allow`; empty when it is unknown. */
export function allowedMethods({ app, path }: Request): string[] {
  const { stack } = (app as unknown as RoutedApp).router;
  const routes = stack.filter((layer) => matches(layer, path)).flatMap(({ route }) => route ?? []);
  const served = routes
    .filter(({ path: pattern }) => !CATCH_ALL.test(String(pattern)))
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
