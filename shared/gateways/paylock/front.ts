import type { Acknowledged, GatewayFront, HttpAnswer } from '../gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '../plain-answers.ts';
import { paylockInboxKey } from './inbox-key.ts';
import { paylockKeptHeaders } from './kept-headers.ts';
import { verifyPaylock } from './verify.ts';

/** The light half of the configurable adapter: all that is loaded before the answer. */
export const front = {
  name: 'paylock',
  methods: ['POST', 'PUT'],
  keptHeaders: paylockKeptHeaders,
  verify: verifyPaylock,
  inboxKey: paylockInboxKey,
  // No manual says what is expected; 2xx is what every sender takes for success.
  acknowledge(outcome: Acknowledged): HttpAnswer {
    if (outcome === 'refused') return REFUSED_ANSWER;
    if (outcome === 'failed') return FAILED_ANSWER;
    return plainAnswer(200, 'OK');
  },
} as const satisfies GatewayFront;
