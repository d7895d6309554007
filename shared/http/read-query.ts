import type { FieldProblem } from '#shared/gateways/gateway.ts';

export type QueryReading =
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problem: FieldProblem };

/** Form-decoded pairs of a raw query; a name that stands twice, or a broken percent-encoding, is refused. */
export function readQuery(rawQuery: string): QueryReading {
  const values = new Map<string, string>();
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === undefined || value === undefined) {
      const field = name ?? pair.slice(0, equals < 0 ? undefined : equals).slice(0, 64);
      return { ok: false, problem: { field, message: 'is not percent-encoded UTF-8' } };
    }
    if (values.has(name)) return { ok: false, problem: { field: name, message: 'stands more than once' } };
    values.set(name, value);
  }
  return { ok: true, values: Object.fromEntries(values) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
