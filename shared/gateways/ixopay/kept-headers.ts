const PLAIN = ['content-type', 'date', 'x-amzn-remapped-date', 'x-date', 'x-signature'];
/** Where XML callbacks carry their signature, and where a connector can be set to send Basic credentials (wire 1.2). */
const SHARED_WITH_CREDENTIALS = ['authorization', 'x-authorization'];
const SIGNATURE = /^(?:Gateway|IxoPay) /;

/** What was signed and the signature itself; of an Authorization header only the part that is one. */
export function ixopayKeptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of PLAIN) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  for (const name of SHARED_WITH_CREDENTIALS) {
    const signature = headers[name]?.split(', ').find((part) => SIGNATURE.test(part));
    if (signature !== undefined) kept[name] = signature;
  }
  return kept;
}
