import { createHmac, timingSafeEqual } from 'node:crypto';
import type {
  Acknowledged,
  ConnectorCredentials,
  GatewayFront,
  RawCallback,
  Verdict,
} from '#shared/gateways/gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '#shared/gateways/plain-answers.ts';
import { digestOfParts } from '#shared/model/digest.ts';

const SIGNATURE = 'x-toy-signature';

/** A gateway that exists in tests only: HMAC-SHA256 of the body in hexadecimal digits. */
export const front = {
  name: 'toy',
  methods: ['POST'],
  keptHeaders: (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name === SIGNATURE)),
  verify,
  inboxKey: (source, body) => digestOfParts(source, body),
  acknowledge(outcome: Acknowledged) {
    if (outcome === 'refused') return REFUSED_ANSWER;
    return outcome === 'failed' ? FAILED_ANSWER : plainAnswer(200, 'toy');
  },
} as const satisfies GatewayFront;

function verify({ headers, body }: RawCallback, { secrets }: ConnectorCredentials): Verdict {
  const given = headers[SIGNATURE];
  if (given === undefined) return { ok: false, code: 'signature_missing', detail: `There is no ${SIGNATURE}.` };
  const signature = Buffer.from(/^[0-9a-f]{64}$/.test(given) ? given : '', 'hex');
  for (const { keyId, values } of secrets) {
    const mac = createHmac('sha256', values['key'] ?? '')
      .update(body)
      .digest();
    if (values['key'] && signature.length === mac.length && timingSafeEqual(signature, mac)) {
      return { ok: true, keyId, algorithm: 'hmac-sha256', readings: {}, declared: {} };
    }
  }
  return { ok: false, code: 'signature_mismatch', detail: 'The signature is of another body or secret.' };
}
