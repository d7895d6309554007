/** More than the retries of a lost certificate need; PayPal publishes no figure. */
const PER_MINUTE = 30;
const MINUTE_MS = 60_000;
const MAX_CLIENTS = 200;

const windows = new Map<string, { readonly from: number; count: number }>();

/**
 * Counts a question about a delivery; false: enough were asked within the minute. Anybody who knows the callback URL can
 * name a certificate that is not there, and must not use up what PayPal lets this client ask.
 */
export function mayAskAgain(client: string, now: Date): boolean {
  const ms = now.getTime();
  const window = windows.get(client);
  if (window !== undefined && ms >= window.from && ms < window.from + MINUTE_MS) {
    window.count += 1;
    return window.count <= PER_MINUTE;
  }
  windows.delete(client);
  const [oldest] = windows.keys();
  if (windows.size >= MAX_CLIENTS && oldest !== undefined) windows.delete(oldest);
  windows.set(client, { from: ms, count: 1 });
  return true;
}
