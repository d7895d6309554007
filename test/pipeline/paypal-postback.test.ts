import { describe, expect, it } from 'vitest';
import { answer, standIn, TOKEN } from '#shared/gateways/paypal/api.testing.ts';
import { connector, delivered, NOW } from '#shared/gateways/paypal/connector.testing.ts';
import { front } from '#shared/gateways/paypal/front.ts';
import type { CertificateReading } from '#shared/gateways/signing-certificate.ts';
import { judge } from '#shared/pipeline/prove.ts';

const unavailable: CertificateReading = { ok: false, code: 'certificate_unavailable', detail: 'No answer.' };
const LINE = 'POST /v1/notifications/verify-webhook-signature';

/** What is judged where the certificate is as `reading` says, and PayPal answers the question with `word`. */
async function judged(reading: CertificateReading, word: 'SUCCESS' | 'FAILURE') {
  const api = standIn({ [LINE]: answer(200, { verification_status: word }), 'POST /v1/oauth2/token': TOKEN });
  const remote = async () => ({ http: api.http, now: () => NOW, certificates: { get: async () => reading } });
  const credentials = connector({ clientId: `client of ${word}` });
  const callback = delivered('{"id":"WH-1"}');
  return { verdict: await judge({ remote }, callback, front, credentials, NOW), asked: api.asked() };
}

describe('PayPal is asked whether a delivery is its own', () => {
  it.each([
    ['SUCCESS', { ok: true, algorithm: 'postback' }],
    ['FAILURE', { ok: false, code: 'signature_mismatch' }],
  ] as const)('where the certificate cannot be fetched: %s', async (word, expected) => {
    const { verdict, asked } = await judged(unavailable, word);
    expect(verdict).toMatchObject(expected);
    expect(asked).toContain(LINE);
  });

  it('and never where the certificate has already told', async () => {
    const malformed: CertificateReading = { ok: false, code: 'certificate_malformed', detail: 'No PEM.' };
    const { verdict, asked } = await judged(malformed, 'SUCCESS');
    expect(verdict).toMatchObject({ ok: false, code: 'certificate_malformed' });
    expect(asked).toEqual([]);
  });
});
