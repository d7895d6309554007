import type { GatewayFront } from '../gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '../plain-answers.ts';
import { certificateOf } from './certificate-of.ts';
import { paypalInboxKey } from './inbox-key.ts';
import { paypalKeptHeaders } from './kept-headers.ts';
import { verifyPaypalRemotely } from './postback.ts';
import { verifyPaypal } from './verify.ts';

/** The light half of the PayPal adapter: all that is loaded before the answer. */
export const front = {
  name: 'paypal',
  methods: ['POST'],
  keptHeaders: paypalKeptHeaders,
  certificateOf,
  verify: verifyPaypal,
  verifyRemotely: verifyPaypalRemotely,
  inboxKey: paypalInboxKey,
  // Any 2xx is success; all else is repeated 25 times over three days (PayPal "Webhooks", retries).
  acknowledge(outcome) {
    if (outcome === 'refused') return REFUSED_ANSWER;
    return outcome === 'failed' ? FAILED_ANSWER : plainAnswer(200, 'OK');
  },
} as const satisfies GatewayFront;
