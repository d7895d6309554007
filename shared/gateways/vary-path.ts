import type { Supposed } from './variation.ts';

/** First segments that gateways of APIs and proxies are known to put before a path or take away. */
const PREFIXES = [
  ...['prod', 'production', 'live', 'staging', 'stage', 'test', 'dev', 'sandbox', 'default', '$default'],
  ...['api', 'v1', 'v2', 'api/v1', 'hooks', 'webhooks', 'postbacks', 'payments', 'public', 'postrider'],
];

/** Paths that may have been signed where others are registered and received. */
export function variedPaths(receivedPath: string, registeredPath: string): readonly Supposed<string>[] {
  const known = [...new Set([receivedPath, registeredPath])];
  const supposed = known.flatMap((path): readonly Supposed<string>[] => [
    ...slashes(path),
    ...suffixes(path).map((part) => ({ part, what: 'a prefix of the path was put before it' })),
    ...PREFIXES.map((prefix) => ({
      part: `/${prefix}${path}`,
      what: `the prefix /${prefix} of the path was taken away`,
    })),
    { part: path.toLowerCase(), what: 'the case of the path was changed' },
    { part: reencoded(path), what: 'the percent-encoding of the path was changed' },
    { part: decoded(path), what: 'the percent-encoding of the path was changed' },
  ]);
  const withSlash = supposed.flatMap((one) => [one, ...slashes(one.part).map(({ part }) => ({ ...one, part }))]);
  const seen = new Set(known);
  return withSlash.filter(({ part }) => {
    if (seen.has(part) || !part.startsWith('/') || part.includes('\n')) return false;
    seen.add(part);
    return true;
  });
}

function slashes(path: string): readonly Supposed<string>[] {
  return path.endsWith('/')
    ? [{ part: path.replace(/\/+$/, ''), what: 'a slash was put at the end of the path' }]
    : [{ part: `${path}/`, what: 'the slash at the end of the path was taken away' }];
}

/** `/a/b/c`: `/b/c`, `/c`. */
function suffixes(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  return segments.slice(1, 6).map((_, i) => `/${segments.slice(i + 1).join('/')}`);
}

function reencoded(path: string): string {
  return decoded(path).split('/').map(encodeURIComponent).join('/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
