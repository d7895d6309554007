import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StoredStatement } from '../gateway.ts';
import { certificate, connector, delivered, NOW } from './connector.testing.ts';
import { fillerFor } from './crc-filler.testing.ts';
import { front } from './front.ts';
import { normalizePaypal } from './normalize.ts';

const capture = (value: string, filler = '') =>
  `{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","create_time":"2026-07-14T09:30:15Z","resource":{"id":"CAP1","status":"COMPLETED","amount":{"currency_code":"EUR","value":"${value}"}}${filler === '' ? '' : `,"x":"${filler}"`}}`;

describe('PayPal’s signature covers only the CRC-32 of the body: a forged body with the same CRC verifies', () => {
  const genuine = delivered(capture('10.00'));
  const filler = fillerFor((letters) => capture('9999.00', letters), crc32(genuine.body));
  const forged = { ...genuine, body: new TextEncoder().encode(capture('9999.00', filler)) };
  const verdict = front.verify(forged, connector(), NOW, certificate);
  const statement = (declared: StoredStatement['declared']) =>
    normalizePaypal({ source: 'pushed', body: forged.body, declared });

  it('has the sum of the genuine one, and verifies', () => {
    expect(crc32(forged.body)).toBe(crc32(genuine.body));
    expect(verdict).toMatchObject({ ok: true });
  });

  it('meets the row of the genuine one: one transmission id once', () => {
    const first = front.verify(genuine, connector(), NOW, certificate);
    if (!first.ok || !verdict.ok) throw new Error('both verify');
    const key = front.inboxKey('pushed', genuine.body, first.declared);
    expect(front.inboxKey('pushed', forged.body, verdict.declared)).toBe(key);
    expect('repeatsDiffer' in front).toBe(false);
    const other = delivered(capture('10.00'), { id: 'another-transmission' });
    const second = front.verify(other, connector(), NOW, certificate);
    if (!second.ok) throw new Error('it verifies');
    expect(front.inboxKey('pushed', other.body, second.declared)).not.toBe(key);
  });

  it('moves no money where it comes first: it only has the capture looked up', () => {
    if (!verdict.ok) throw new Error('it verifies');
    const { notifications } = statement(verdict.declared);
    expect(notifications).toMatchObject([{ id: 'CAP1', hint: true, status: 'PENDING', ask: { as: 'capture' } }]);
    expect(JSON.stringify(notifications)).not.toContain('9999');
    expect(notifications[0]).not.toHaveProperty('kind');
    expect(notifications[0]).not.toHaveProperty('amount');
  });

  it('is believed by no row that does not say so', () => {
    for (const declared of [{}, { money: 'BELIEVE' }, { money: '' }]) {
      expect(statement(declared).notifications).toMatchObject([{ hint: true }]);
    }
  });

  it('makes no capture of an event that moves no money, whatever it links to', () => {
    const links = [{ rel: 'self', href: 'https://api.sandbox.paypal.com/v2/payments/captures/CAP1' }];
    const resource = { id: 'CAP1', status: 'COMPLETED', amount: { currency_code: 'EUR', value: '9999.00' }, links };
    for (const event_type of [
      'BILLING.SUBSCRIPTION.ACTIVATED',
      'VAULT.PAYMENT-TOKEN.CREATED',
      'BILLING.PLAN.CREATED',
    ]) {
      const body = new TextEncoder().encode(JSON.stringify({ id: 'WH-1', event_type, resource }));
      const { notifications } = normalizePaypal({ source: 'pushed', body, declared: { money: 'fetch' } });
      expect(JSON.stringify(notifications)).not.toContain('9999');
    }
  });
});
