import type { Acknowledged, GatewayFront, HttpAnswer } from '../gateway.ts';
import { FAILED_ANSWER, REFUSED_ANSWER } from '../plain-answers.ts';
import { ixopayInboxKey } from './inbox-key.ts';
import { ixopayKeptHeaders } from './kept-headers.ts';
import { verifyIxopay } from './verify.ts';

/** The light half of the IXOPAY adapter: all that is loaded before the answer. */
export const front = {
  name: 'ixopay',
  methods: ['POST'],
  keptHeaders: ixopayKeptHeaders,
  verify: verifyIxopay,
  inboxKey: ixopayInboxKey,
  // Any other status or body counts as failed and is repeated for 7 days (wire 4), duplicates too.
  acknowledge(outcome: Acknowledged): HttpAnswer {
    if (outcome === 'refused') return REFUSED_ANSWER;
    if (outcome === 'failed') return FAILED_ANSWER;
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' };
  },
} as const satisfies GatewayFront;
