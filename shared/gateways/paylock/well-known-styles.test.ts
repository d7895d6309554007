import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ConnectorCredentials, RawCallback } from '../gateway.ts';
import { front } from './front.ts';
import { connectorOf } from './request.testing.ts';

const NOW = new Date('2026-05-04T10:00:00.000Z');
const SECONDS = NOW.getTime() / 1_000;
const KEY = 'key-of-the-test';
const BODY = '{"id":"1"}';

function callbackOf(headers: Readonly<Record<string, string>>, body = BODY): RawCallback {
  return { method: 'POST', path: '/callbacks/c1', rawQuery: '', headers, body: Buffer.from(body) };
}

const sign = (text: string) => createHmac('sha256', KEY).update(text).digest();
const verify = (callback: RawCallback, connector: ConnectorCredentials, now = NOW) =>
  front.verify(callback, connector, now);

describe('well-known styles, by the vectors that their makers publish', () => {
  it('GitHub: sha256= and hex over the body (docs, "Validating webhook deliveries")', () => {
    const connector = connectorOf(
      { signatureHeader: 'X-Hub-Signature-256', prefix: 'sha256=' },
      { keys: ["It's a Secret to Everybody"] },
    );
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const callback = callbackOf({ 'x-hub-signature-256': signature }, 'Hello, World!');
    expect(verify(callback, connector)).toMatchObject({ ok: true, algorithm: 'hmac-sha256' });
    expect(verify({ ...callback, body: Buffer.from('Hello, World?') }, connector).ok).toBe(false);
  });

  it('Adyen: base64 with a hexadecimal key (adyen-php-api-library, HmacSignatureTest)', () => {
    const connector = connectorOf(
      { signatureHeader: 'HmacSignature', encoding: 'base64', secretEncoding: 'hex' },
      { keys: ['DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00'] },
    );
    const signed = '7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true';
    const headers = { hmacsignature: 'Ny9gS2veKo5E4w8/OL6xz1/wvT/hYkAXy1xNc/QvO4I=' };
    expect(verify(callbackOf(headers, signed), connector).ok).toBe(true);
    expect(verify(callbackOf(headers, signed.replace('1130', '1131')), connector).ok).toBe(false);
  });

  const standard = connectorOf(
    {
      ...{ signatureHeader: 'webhook-signature', prefix: 'v1,', encoding: 'base64', secretEncoding: 'base64' },
      ...{ timestampHeader: 'webhook-timestamp', timestampUnit: 's', idHeader: 'webhook-id' },
      template: '{id}.{timestamp}.{body}',
    },
    { keys: ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
  );
  const vector = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const then = new Date(1_614_265_330_000);

  it('Standard Webhooks: id, time and body; a list parted by spaces', () => {
    expect(verify(callbackOf(vector, '{"test": 2432232314}'), standard, then).ok).toBe(true);
    const listed = `v1,AAAAPTJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OEg0hM9Ss= v1a,x ${vector['webhook-signature']}`;
    const many = { ...vector, 'webhook-signature': listed };
    expect(verify(callbackOf(many, '{"test": 2432232314}'), standard, then).ok).toBe(true);
    const renamed = { ...vector, 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJeK' };
    expect(verify(callbackOf(renamed, '{"test": 2432232314}'), standard, then)).toMatchObject({
      code: 'signature_mismatch',
    });
  });

  it('Stripe: time and signature in one header', () => {
    const settings = { signatureHeader: 'Stripe-Signature', prefix: 'v1=', timestampHeader: 'Stripe-Signature' };
    const more = { timestampPrefix: 't=', timestampUnit: 's', template: '{timestamp}.{body}' };
    const connector = connectorOf({ ...settings, ...more }, { keys: [KEY] });
    const signature = sign(`${SECONDS}.${BODY}`).toString('hex');
    const header = (text: string) => callbackOf({ 'stripe-signature': text });
    expect(verify(header(`t=${SECONDS},v1=${signature},v0=00`), connector).ok).toBe(true);
    expect(verify(header(`t=${SECONDS + 1},v1=${signature}`), connector)).toMatchObject({ code: 'signature_mismatch' });
    const twice = header(`t=${SECONDS},t=${SECONDS},v1=${signature}`);
    expect(verify(twice, connector)).toMatchObject({ ok: false, code: 'date_missing' });
  });
});
