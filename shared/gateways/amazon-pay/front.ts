import type { GatewayFront } from '../gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '../plain-answers.ts';
import { certificateOf } from './certificate-of.ts';
import { amazonPayInboxKey } from './inbox-key.ts';
import { verifyAmazonPay } from './verify.ts';

/** For people who look at a callback; none of them is signed, and nothing is read from them. */
const KEPT = [
  'content-type',
  'user-agent',
  'x-amz-sns-message-type',
  'x-amz-sns-message-id',
  'x-amz-sns-topic-arn',
  'x-amz-sns-subscription-arn',
];

/** The light half of the Amazon Pay adapter: instant payment notifications over Amazon SNS. */
export const front = {
  name: 'amazon-pay',
  methods: ['POST'],
  keptHeaders: (headers) =>
    Object.fromEntries(
      KEPT.flatMap((name) => {
        const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  certificateOf,
  verify: verifyAmazonPay,
  inboxKey: amazonPayInboxKey,
  repeatsDiffer: true,
  acknowledge(outcome) {
    if (outcome === 'refused') return REFUSED_ANSWER;
    return outcome === 'failed' ? FAILED_ANSWER : plainAnswer(200, 'OK\n');
  },
} as const satisfies GatewayFront;
