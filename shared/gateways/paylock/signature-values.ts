/** More signatures in one header than any rotation needs; the others are not looked at. */
const MOST_VALUES = 10;

/**
 * The values of a signature header: one, or a list (during a rotation senders sign with both secrets), parted by commas and
 * spaces. Where the prefix holds a comma itself (`v1,`), spaces alone part them. A repeated header is such a list, too.
 * Values without the prefix are another scheme's and are left out.
 */
export function signatureValues(header: string, prefix: string): readonly string[] {
  return entriesOf(header, prefix)
    .filter((value) => value.length > prefix.length && value.startsWith(prefix))
    .slice(0, MOST_VALUES)
    .map((value) => value.slice(prefix.length));
}

/** The one value that stands behind a prefix in such a list (`t=1700000000,v1=…`); undefined where there is none or two. */
export function onlyValue(header: string, prefix: string): string | undefined {
  const values = signatureValues(header, prefix);
  return values.length === 1 ? values[0] : undefined;
}

function entriesOf(header: string, prefix: string): readonly string[] {
  // A prefix that ends in a space (`HMAC `) belongs to the value behind it.
  if (/\s/.test(prefix)) return header.split(',').map((value) => value.trim());
  return header.split(prefix.includes(',') ? /\s+/ : /[\s,]+/);
}
