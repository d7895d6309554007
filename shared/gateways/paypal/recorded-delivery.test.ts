import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RawCallback } from '../gateway.ts';
import { connector } from './connector.testing.ts';
import { front } from './front.ts';

/**
 * A real delivery of the sandbox of 2017, published with its certificate as a test of PayPal-Java-SDK (ValidateCertTest):
 * the one piece of evidence for the signed text that is not ours.
 */
const RECORDED = JSON.parse(readFileSync(new URL('./recorded-delivery.testing.json', import.meta.url), 'utf8')) as {
  readonly body: string;
  readonly signature: string;
  readonly certificate: string;
  readonly issuer: string;
};
const callback: RawCallback = {
  method: 'POST',
  path: '/callbacks/acme-paypal',
  rawQuery: '',
  headers: {
    'paypal-transmission-id': '071f7d20-1584-11e7-abf0-6b62a8a99ac4',
    'paypal-transmission-time': '2017-03-30T20:04:05Z',
    'paypal-transmission-sig': RECORDED.signature,
    'paypal-cert-url': 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-5d93a270',
    'paypal-auth-algo': 'SHA256withRSA',
  },
  body: new TextEncoder().encode(RECORDED.body),
};
// Its issuer came with no delivery and stands in no trust store: the operator names it.
const credentials = connector({ webhookId: '96605875FF6516633', certificateAuthorities: [RECORDED.issuer] });
const certificate = { ok: true, pem: RECORDED.certificate } as const;
const SENT = new Date('2017-03-30T20:04:06Z');

describe('the recorded delivery of PayPal’s own SDK', () => {
  it('has the CRC-32 that was signed', () => {
    expect(crc32(callback.body)).toBe(3_494_065_244);
  });

  it('is genuine by our rules, certificate and all', () => {
    expect(front.certificateOf(callback, credentials)).toMatchObject({ ok: true });
    expect(front.verify(callback, credentials, SENT, certificate)).toMatchObject({ ok: true });
  });

  it('is not genuine for another webhook, nor with another body', () => {
    const other = { ...credentials, settings: { ...credentials.settings, webhookId: 'NotToBeFound' } };
    expect(front.verify(callback, other, SENT, certificate)).toMatchObject({ code: 'signature_mismatch' });
    const body = new TextEncoder().encode('{ something invalid }');
    expect(front.verify({ ...callback, body }, credentials, SENT, certificate)).toMatchObject({
      code: 'signature_mismatch',
    });
  });

  it('is not believed today', () => {
    const verdict = front.verify(callback, credentials, new Date('2026-07-14T00:00:00Z'), certificate);
    expect(verdict).toMatchObject({ ok: false, code: 'certificate_expired' });
  });
});
