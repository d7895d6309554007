import type { GatewayFront, HttpAnswer } from '../gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '../plain-answers.ts';
import { secuconnectInboxKey } from './inbox-key.ts';
import { verifySecuconnect } from './verify.ts';

const KEPT = ['content-type', 'user-agent', 'referer'];

/** Anything but 200 is repeated for 24 hours (SCdoc "Push Service"). */
const TAKEN: HttpAnswer = plainAnswer(200, 'OK');

/** The light half of the Secuconnect adapter: all that is loaded before the answer. */
export const front = {
  name: 'secuconnect',
  methods: ['POST'],
  keptHeaders: (headers) =>
    Object.fromEntries(
      KEPT.flatMap((name) => {
        const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  verify: verifySecuconnect,
  inboxKey: secuconnectInboxKey,
  acknowledge(outcome) {
    if (outcome === 'refused') return REFUSED_ANSWER;
    return outcome === 'failed' ? FAILED_ANSWER : TAKEN;
  },
} as const satisfies GatewayFront;
