/** Never stored, whatever the settings say: of these only a signature that is no credential. */
const CREDENTIALS = /^(?:basic|bearer|digest|negotiate)\b/i;
const NEVER = new Set(['cookie', 'set-cookie', 'proxy-authorization']);

/**
 * Content type, and of signed callbacks the headers that their verification reads. A token and a password are not kept: a
 * refused callback of these modes has to be sent again.
 */
export function paylockKeptHeaders(
  headers: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const named = ['signatureHeader', 'timestampHeader', 'idHeader'].map((name) => settings[name]);
  const names = settings['mode'] === 'hmac' ? named : [];
  const kept: Record<string, string> = {};
  for (const name of ['content-type', ...names]) {
    if (typeof name !== 'string' || NEVER.has(name.toLowerCase())) continue;
    const value = headers[name.toLowerCase()];
    if (value !== undefined && !CREDENTIALS.test(value)) kept[name.toLowerCase()] = value;
  }
  return kept;
}
