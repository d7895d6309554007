import { arrivingNames } from './header-of.ts';
import { settingText } from './setting-text.ts';

/** Schemes of HTTP's own: what stands behind them proves whoever has it. */
const CREDENTIALS = /^(?:basic|bearer|digest|negotiate)\b/i;
/** Never stored, whatever the settings say. */
const NEVER = new Set(['cookie', 'set-cookie', 'proxy-authorization']);

/**
 * Content type, and of signed callbacks the headers that their verification reads. A token and a password are not kept: a
 * refused callback of these modes has to be sent again.
 */
export function paylockKeptHeaders(
  headers: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const named = ['signatureHeader', 'timestampHeader', 'idHeader'].map((name) => settingText(settings[name]) ?? '');
  const names = settings['mode'] === 'hmac' ? named.filter((name) => name !== '').flatMap(arrivingNames) : [];
  const kept: Record<string, string> = {};
  for (const name of ['content-type', ...names]) {
    const value = NEVER.has(name) ? undefined : withoutCredentials(name, headers[name]);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Where signatures and credentials share a header, a repeated one may hold both. */
function withoutCredentials(name: string, value: string | undefined): string | undefined {
  if (value === undefined || !name.endsWith('authorization')) return value;
  const parts = value.split(', ').filter((part) => !CREDENTIALS.test(part));
  return parts.length === 0 ? undefined : parts.join(', ');
}
