import { sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawCallback } from '../gateway.ts';
import {
  CERTIFICATE_URL,
  COMMON_NAME,
  certificate,
  connector,
  delivered,
  leaf,
  NOW,
  otherLeaf,
  SENT_AT,
  WEBHOOK_ID,
} from './connector.testing.ts';
import { front } from './front.ts';
import { normalizePaypal } from './normalize.ts';

const BODY = '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"CAP1"}}';

function verdictOf(callback: RawCallback, pem = leaf.cert, credentials = connector(), now = NOW) {
  return front.verify(callback, credentials, now, { ok: true, pem });
}

function withHeaders(headers: Readonly<Record<string, string>>): RawCallback {
  return delivered(BODY, { headers });
}

describe('the signature of a delivery', () => {
  it('is right over id, time, webhook id and the CRC-32 of the body', () => {
    expect(verdictOf(delivered(BODY))).toEqual({
      ok: true,
      keyId: 'settings.webhookId',
      algorithm: 'rsa-sha256/crc32',
      readings: {},
      declared: {
        transmissionId: '071f7d20-1584-11e7-abf0-6b62a8a99ac4',
        transmissionTime: SENT_AT,
        money: 'fetch',
      },
    });
  });

  it('is of every generation that has a webhook of its own, the newest first', () => {
    const both = connector({}, [{ webhookId: 'NEW1' }, { webhookId: 'OLD1' }]);
    expect(verdictOf(delivered(BODY, { webhookId: 'OLD1' }), leaf.cert, both)).toMatchObject({ ok: true, keyId: 'k2' });
    expect(verdictOf(delivered(BODY, { webhookId: 'NEW1' }), leaf.cert, both)).toMatchObject({ ok: true, keyId: 'k1' });
    expect(verdictOf(delivered(BODY), leaf.cert, both)).toMatchObject({ ok: true, keyId: 'settings.webhookId' });
  });

  it('is refused for another webhook, and says what was compared', () => {
    const verdict = verdictOf(delivered(BODY, { webhookId: 'WEBHOOK1' }));
    expect(verdict).toMatchObject({ ok: false, code: 'signature_mismatch', signedAt: '2026-07-14T09:30:16.000Z' });
    expect(verdict).toMatchObject({ tried: [{ reading: `SHA256withRSA, webhook ${WEBHOOK_ID}` }] });
  });

  it('is refused without a webhook id, with retry only where the certificate is missing', () => {
    const none = connector({ webhookId: undefined });
    expect(verdictOf(delivered(BODY), leaf.cert, none)).toMatchObject({ ok: false, code: 'secret_missing' });
    const unavailable = { ok: false, code: 'certificate_unavailable', detail: 'No answer.' } as const;
    for (const reading of [undefined, unavailable]) {
      const verdict = front.verify(delivered(BODY), connector(), NOW, reading);
      expect(verdict).toMatchObject({ ok: false, code: 'certificate_unavailable', retry: true });
    }
    const malformed = { ok: false, code: 'certificate_malformed', detail: 'No PEM.' } as const;
    const verdict = front.verify(delivered(BODY), connector(), NOW, malformed);
    expect(verdict).toMatchObject({ ok: false, code: 'certificate_malformed' });
    expect(verdict).not.toHaveProperty('retry');
  });

  it('declares that money is believed only for an explicit false', () => {
    for (const [fetchBeforeMoney, money] of [
      [false, 'believe'],
      [true, 'fetch'],
      [undefined, 'fetch'],
      ['false', 'fetch'],
    ] as const) {
      const verdict = verdictOf(delivered(BODY), leaf.cert, connector({ fetchBeforeMoney }));
      expect(verdict).toMatchObject({ ok: true, declared: { money } });
    }
  });
});

describe('headers', () => {
  it.each([
    ['paypal-transmission-id', 'signature_missing'],
    ['paypal-transmission-time', 'signature_missing'],
    ['paypal-transmission-sig', 'signature_missing'],
    ['paypal-cert-url', 'signature_missing'],
    ['paypal-auth-algo', 'signature_missing'],
  ])('%s must be there', (header, code) => {
    expect(verdictOf(withHeaders({ [header]: '' }))).toMatchObject({ ok: false, code });
    expect(front.certificateOf(withHeaders({ [header]: '' }), connector())).toMatchObject({ ok: false, code });
  });

  it.each([
    ['paypal-transmission-id', 'a|b'],
    ['paypal-transmission-id', 'x'.repeat(51)],
    ['paypal-transmission-time', 'yesterday'],
    ['paypal-transmission-time', '2026-13-45T00:00:00Z'],
    ['paypal-transmission-sig', 'not base64!'],
    ['paypal-transmission-sig', 'QUJD'],
  ])('%s is not %s', (header, value) => {
    expect(verdictOf(withHeaders({ [header]: value }))).toMatchObject({ ok: false, code: 'signature_malformed' });
  });

  it.each(['SHA1withRSA', 'sha256withrsa', 'SHA256withECDSA', 'none', 'SHA256withRSA, SHA256withRSA'])(
    'the algorithm %s is refused',
    (algorithm) => {
      const verdict = verdictOf(withHeaders({ 'paypal-auth-algo': algorithm }));
      expect(verdict).toMatchObject({ ok: false, code: 'algorithm_refused' });
    },
  );

  it('a signature with SHA-1 is refused, whatever the header says', () => {
    const callback = delivered(BODY);
    const text = `071f7d20-1584-11e7-abf0-6b62a8a99ac4|${SENT_AT}|${WEBHOOK_ID}|0`;
    const headers = {
      ...callback.headers,
      'paypal-transmission-sig': sign('sha1', Buffer.from(text), leaf.key).toString('base64'),
    };
    expect(verdictOf({ ...callback, headers })).toMatchObject({ ok: false, code: 'signature_mismatch' });
  });

  it('keep what the signature needs, and no credentials', () => {
    const kept = front.keptHeaders({ ...delivered(BODY).headers, authorization: 'Basic x', cookie: 'y' });
    expect(Object.keys(kept)).toEqual([
      'content-type',
      'paypal-transmission-id',
      'paypal-transmission-time',
      'paypal-transmission-sig',
      'paypal-cert-url',
      'paypal-auth-algo',
    ]);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'mc_gross=19.95&payer_id=LPLWNMTBWMFAY'],
    ['text/plain', 'cmd=_notify-validate&txn_type=express_checkout&payer_email=a%40example.com'],
  ])('a legacy IPN message is refused with its own words (%s)', (contentType, body) => {
    const callback = { ...delivered(body), headers: { 'content-type': contentType } };
    expect(verdictOf(callback)).toMatchObject({ ok: false, code: 'signature_missing' });
    expect(verdictOf(callback)).toMatchObject({ detail: expect.stringContaining('legacy IPN') });
  });
});

describe('the time of a transmission', () => {
  it.each([
    ['2026-07-10T09:31:00Z', {}, true],
    ['2026-07-10T09:30:00Z', {}, false],
    ['2026-07-14T09:35:00Z', {}, true],
    ['2026-07-14T09:36:00Z', {}, false],
    ['2026-07-14T02:30:16-07:00', {}, true],
    ['2026-07-14T09:29:00Z', { toleranceSeconds: 60 }, false],
  ])('%s with %j: %s', (time, settings, ok) => {
    const verdict = verdictOf(delivered(BODY, { time }), leaf.cert, connector(settings));
    expect(verdict).toMatchObject(ok ? { ok: true } : { ok: false, code: 'time_out_of_range' });
  });
});

describe('the certificate', () => {
  it.each([
    ['another name', otherLeaf('messageverificationcerts.evil.example'), 'certificate_name_refused'],
    ['the other environment', otherLeaf('messageverificationcerts.paypal.com'), 'certificate_name_refused'],
    ['any host of PayPal’s', otherLeaf('www.paypal.com'), 'certificate_name_refused'],
    ['an expired one', otherLeaf(COMMON_NAME, { to: '2026-07-14T09:00:00Z' }), 'certificate_expired'],
  ])('of %s is refused', (_, { cert }, code) => {
    expect(verdictOf(delivered(BODY), cert)).toMatchObject({ ok: false, code });
  });

  it('of an authority that nobody named is not believed, and PayPal is asked itself', () => {
    const unnamed = connector({ certificateAuthorities: undefined });
    const untrusted = { ok: false, code: 'certificate_untrusted', retry: true };
    expect(verdictOf(delivered(BODY), leaf.cert, unnamed)).toMatchObject(untrusted);
  });

  it('is of the settings’ environment', () => {
    const live = otherLeaf('messageverificationcerts.paypal.com');
    const callback = withHeaders({ 'paypal-cert-url': CERTIFICATE_URL.replace('.sandbox', '') });
    expect(verdictOf(callback, live.cert, connector({ environment: 'live' }))).toMatchObject({ ok: true });
  });
});

describe('any bytes', () => {
  it('give a verdict', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.dictionary(fc.constantFrom(...Object.keys(delivered(BODY).headers), '__proto__'), fc.string()),
        fc.string(),
        async (body, headers, pem) => {
          const callback = { ...delivered(BODY), body, headers: { ...delivered(BODY).headers, ...headers } };
          expect(typeof (await front.verify(callback, connector(), NOW, { ok: true, pem })).ok).toBe('boolean');
          expect(typeof front.certificateOf(callback, connector()).ok).toBe('boolean');
          const { notifications } = normalizePaypal({ source: 'pushed', body, declared: headers });
          expect(notifications.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what PayPal is answered', () => {
  it.each([
    ['stored', 200],
    ['duplicate', 200],
    ['refused', 401],
    ['failed', 503],
  ] as const)('%s: %d', (outcome, status) => {
    expect(front.acknowledge(outcome).status).toBe(status);
  });

  it('a certificate of the tests is what the URL leads to', () => {
    expect(front.certificateOf(delivered(BODY), connector())).toEqual({
      ok: true,
      host: 'api.sandbox.paypal.com',
      path: '/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77',
    });
    expect(front.verify(delivered(BODY), connector(), NOW, certificate)).toMatchObject({ ok: true });
  });
});
