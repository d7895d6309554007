/** What AWS says of a request that is wrong in itself: the same request is refused for ever, so it is a bug of ours. */
const WRONG_REQUEST: ReadonlySet<string> = new Set([
  'ValidationException',
  'SerializationException',
  'ItemCollectionSizeLimitExceededException',
]);
/** Of Node and of the SDK, where the network is to blame. */
const NETWORK_NAMES: ReadonlySet<string> = new Set([
  'TimeoutError',
  'AbortError',
  'TimeLimitError',
  'CredentialsProviderError',
]);
const NETWORK_CODES = /^(E[A-Z]+|ERR_(SOCKET|TLS|SSL|HTTP2|STREAM)_\w+|CERT_\w+|UNABLE_TO_\w+)$/;

/**
 * True where storage, network or rights are to blame and not the record: the same call may work later. Anything else is a
 * bug, which no repeating cures.
 */
export function isAwsTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('$metadata' in error) return !WRONG_REQUEST.has(error.name);
  if (NETWORK_NAMES.has(error.name)) return true;
  return 'code' in error && typeof error.code === 'string' && NETWORK_CODES.test(error.code);
}
