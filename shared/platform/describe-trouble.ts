/** An error as a log line may show it. */
export type TroubleView = {
  readonly error: string;
  /** Its message; of AWS's own errors and of the system only: others may quote a callback, as JSON.parse does. Powertools keeps the name `message` for itself. */
  readonly says?: string;
  /** The innermost line of the stack. */
  readonly place?: string;
  readonly awsRequestId?: string;
};

/** Errors of AWS whose messages may repeat what was sent. */
const QUOTES: ReadonlySet<string> = new Set(['ValidationException', 'SerializationException']);

/** Member by member, so that nothing of a callback and no secret can come into a log with an error. */
export function describeTrouble(error: unknown): TroubleView {
  if (!(error instanceof Error)) return { error: 'a value that is no Error was thrown' };
  const place = /^\s*at (.+)$/m.exec(error.stack ?? '')?.[1];
  const awsRequestId = awsRequestIdOf(error);
  const speaks = (awsRequestId !== undefined || hasSafeCode(error) || isOurTimeLimit(error)) && !QUOTES.has(error.name);
  return {
    error: error.name,
    ...(speaks ? { says: error.message.slice(0, 512) } : {}),
    ...(place === undefined ? {} : { place }),
    ...(awsRequestId === undefined ? {} : { awsRequestId }),
  };
}

function awsRequestIdOf(error: Error): string | undefined {
  if (!('$metadata' in error)) return undefined;
  const { requestId } = Object(error.$metadata) as { readonly requestId?: unknown };
  return typeof requestId === 'string' ? requestId : '';
}

/** Of the system and of ours; Node's own (`ERR_INVALID_ARG_TYPE` …) show the value that they refuse. */
function hasSafeCode(error: Error): boolean {
  return 'code' in error && !String(error.code).startsWith('ERR_');
}

function isOurTimeLimit(error: Error): boolean {
  return error.name === 'TimeLimitError';
}
