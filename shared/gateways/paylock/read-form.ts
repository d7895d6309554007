import { appendTo, type BodyReading, type BodyValue, oneOrList } from './body-value.ts';

/** More than any gateway sends. */
const MOST_PAIRS = 2_000;
const NOT_FORM: BodyReading = {
  ok: false,
  reason: 'not_form',
  detail: 'The body is none of JSON, XML, JSV and form fields in UTF-8.',
};

/**
 * `application/x-www-form-urlencoded` in UTF-8. Names with brackets (`payment[items][0]`) are paths with dots; a name that
 * comes several times, or ends in `[]`, is a list.
 */
export function readForm(text: string): BodyReading {
  const pairs = text.trim().split('&', MOST_PAIRS + 1);
  if (pairs.length > MOST_PAIRS || !text.includes('=')) return NOT_FORM;
  const members = new Map<string, BodyValue[]>();
  for (const pair of pairs) {
    const [, encodedName = '', encodedValue = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const name = decoded(encodedName);
    const value = decoded(encodedValue);
    if (name === undefined || value === undefined) return NOT_FORM;
    if (name === '') continue;
    const path = name.replace(/\[([^[\]]*)\]/g, (_, inner: string) => (inner === '' ? '' : `.${inner}`));
    appendTo(members, path, value);
  }
  return { ok: true, value: Object.fromEntries([...members].map(([name, values]) => [name, oneOrList(values)])) };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
