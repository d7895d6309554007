import type { GatewayFront } from '../gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '../plain-answers.ts';
import { cybersourceInboxKey } from './inbox-key.ts';
import { verifyCybersource } from './verify.ts';

/** The signature, and what a support case is asked for. */
const KEPT = [
  ...['content-type', 'v-c-signature', 'v-c-event-type', 'v-c-organization-id', 'v-c-product-name', 'v-c-request-type'],
  ...['v-c-retry-count', 'v-c-transaction-trace-id', 'v-c-webhook-id'],
];

/** The light half of the CyberSource adapter: all that is loaded before the answer. */
export const front = {
  name: 'cybersource',
  methods: ['POST'],
  keptHeaders: (headers) =>
    Object.fromEntries(KEPT.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
  /** The health check URL, and without one the webhook URL itself, is asked before a subscription becomes active. */
  probe(method, tail) {
    const asks = method === 'GET' || method === 'HEAD';
    const isProbe = tail === undefined ? asks : tail === 'health' && (asks || method === 'POST');
    return isProbe ? plainAnswer(200, method === 'HEAD' ? '' : 'OK\n') : undefined;
  },
  verify: verifyCybersource,
  repeatsDiffer: true,
  inboxKey: cybersourceInboxKey,
  /** 2xx ends the attempts; anything else is repeated by the subscription's retry policy. */
  acknowledge(outcome) {
    if (outcome === 'refused') return REFUSED_ANSWER;
    return outcome === 'failed' ? FAILED_ANSWER : plainAnswer(200, 'OK\n');
  },
} as const satisfies GatewayFront;
