/**
 * `unavailable`: no answer in time, throttled or broken at their end, so it may go well a moment later. `wrong_text`: KMS
 * says that this text was changed or was made with another context. `refused`: anything else, for an operator to put right.
 */
export type KmsTroubleCode = 'unavailable' | 'wrong_text' | 'refused';

const CURES: Readonly<Record<KmsTroubleCode, string>> = {
  unavailable: 'It is tried again with the next request; if it lasts, look at the health of KMS in this region.',
  wrong_text: 'Register the connector’s secrets again.',
  refused: 'Check that the key of the secrets is enabled and that the role of this function may use it.',
};

/** What became of a request to KMS. Names the request and what KMS called the error: never a key, a text or a body. */
export class KmsTrouble extends Error {
  override readonly name = 'KmsTrouble';
  readonly code: KmsTroubleCode;

  constructor(code: KmsTroubleCode, action: string, what: string) {
    super(`KMS ${action}: ${what}. ${CURES[code]}`);
    this.code = code;
  }
}

/** Names that KMS gives to errors which pass by themselves (API reference, "Common Errors" and Decrypt). */
const PASSING = new Set([
  'KMSInternalException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
  'LimitExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TooManyRequestsException',
  'ServiceUnavailableException',
  'ServiceUnavailable',
  'InternalFailure',
]);
const WRONG_TEXT = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/** Judges an error answer by its name and status (0: there was no answer). */
export function kmsTroubleOf(action: string, name: string, status: number): KmsTrouble {
  if (WRONG_TEXT.has(name)) return new KmsTrouble('wrong_text', action, name);
  const passes = PASSING.has(name) || status === 0 || status === 429 || status >= 500;
  const shown = name === '' ? `status ${status}` : name;
  return new KmsTrouble(passes ? 'unavailable' : 'refused', action, shown);
}
