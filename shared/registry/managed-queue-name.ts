import { createHash } from 'node:crypto';

/** SQS: 1 to 80 of A-Z a-z 0-9 - _, `.fifo` counted (API reference, CreateQueue). */
const MAX_NAME = 80;
const DIGEST = 12;
/** The end of a name that carries a digest. */
const ENDS_LIKE_DIGEST = new RegExp(`-[0-9a-f]{${DIGEST}}$`);

/**
 * `postrider-<merchant>-<subscription>`, with `.fifo` where asked. Two subscriptions never share a name: where it had
 * to be cut or a character replaced, and where a hyphen in the merchant's id makes it ambiguous (a-b/c and a/b-c), it
 * ends in a digest of both ids.
 */
export function managedQueueName(merchantId: string, subscriptionId: string, fifo: boolean): string {
  const suffix = fifo ? '.fifo' : '';
  const plain = `postrider-${merchantId}-${subscriptionId}`;
  const allowed = plain.replace(/[^A-Za-z0-9_-]/g, '-');
  const fits = plain === allowed && plain.length + suffix.length <= MAX_NAME;
  if (fits && !merchantId.includes('-') && !ENDS_LIKE_DIGEST.test(plain)) return `${plain}${suffix}`;
  const digest = createHash('sha256').update(`${merchantId}/${subscriptionId}`).digest('hex').slice(0, DIGEST);
  return `${allowed.slice(0, MAX_NAME - suffix.length - DIGEST - 1)}-${digest}${suffix}`;
}
