import { httpStatusOf, type Outcome, queryCodeOf } from './outcome.ts';

/** An HTTP answer as data, so that it can cross to the thread that listens. */
export interface SqsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** The outcome as the JSON protocol shows it; `x-amzn-query-error` keeps the code that older clients compare with. */
export function sqsResponse(outcome: Outcome<Record<string, unknown>>): SqsResponse {
  const contentType = { 'content-type': 'application/x-amz-json-1.0' };
  if (outcome.ok) {
    return { status: 200, headers: contentType, body: JSON.stringify(outcome.value) };
  }
  const { code, message } = outcome.error;
  const status = httpStatusOf(code);
  return {
    status,
    headers: { ...contentType, 'x-amzn-query-error': `${queryCodeOf(code)};${status < 500 ? 'Sender' : 'Receiver'}` },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
  };
}
