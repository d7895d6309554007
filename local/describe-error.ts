const FRAMES = 6;

/**
 * An error for the log. Messages are shown only of errors with a code (system, SQLite): others may quote a callback, as
 * JSON.parse does. Name and place are enough to find a bug.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'a value that is no Error was thrown';
  const known = 'code' in error ? `: ${error.message}` : '';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${error.name}${known}`, ...frames.slice(0, FRAMES)].join('\n');
}
