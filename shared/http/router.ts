import type { Route } from './route.ts';

export type RouteMatch =
  | { readonly found: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path is known; these methods are offered. */
  | { readonly found: 'methods'; readonly allow: readonly string[] }
  | { readonly found: 'encoding' }
  | { readonly found: 'nothing' };

export type Router = (method: string, path: string) => RouteMatch;

interface Template {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Matches raw paths: split first, then decoded, so that an encoded slash stays inside its segment. */
export function createRouter(routes: readonly Route[]): Router {
  // Literal segments go before parameters: /a/b is never taken for /a/{x}.
  const templates = routes
    .map((route): Template => ({ route, segments: route.path.split('/').slice(1) }))
    .sort((a, b) => parameterCount(a) - parameterCount(b));

  return (method, path) => {
    const segments = path.split('/').slice(1).map(decode);
    if (segments.includes(undefined)) return { found: 'encoding' };
    const decoded = segments.filter((segment) => segment !== undefined);
    const fitting = templates.filter((template) => fits(template, decoded));
    const match = fitting.find(({ route }) => route.method === method);
    if (match !== undefined) return { found: 'route', route: match.route, params: paramsOf(match, decoded) };
    if (fitting.length === 0) return { found: 'nothing' };
    return { found: 'methods', allow: [...new Set(fitting.map(({ route }) => route.method))].sort() };
  };
}

function fits(template: Template, segments: readonly string[]): boolean {
  return (
    template.segments.length === segments.length &&
    template.segments.every((segment, i) => isParameter(segment) || segment === segments[i])
  );
}

function paramsOf(template: Template, segments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    template.segments.flatMap((segment, i) =>
      isParameter(segment) ? [[segment.slice(1, -1), segments[i] ?? '']] : [],
    ),
  );
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function parameterCount(template: Template): number {
  return template.segments.filter(isParameter).length;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
