import { describe, expect, it } from 'vitest';
import { outlineOf } from '../outline.testing.ts';
import { AT, capture, dispute, ROWS, resolved, total } from './event-rows.testing.ts';
import { EVENT_NAMES } from './event-rules.ts';
import { normalizePaypal } from './normalize.ts';

function read(event_type: unknown, resource: unknown, declared: Readonly<Record<string, string>>) {
  const body = new TextEncoder().encode(JSON.stringify({ id: 'WH-1', create_time: AT, event_type, resource }));
  return normalizePaypal({ source: 'pushed', body, declared }).notifications.map(outlineOf);
}

describe('events', () => {
  it.each(ROWS)('%s %j', (name, resource, expected) => {
    const outlines = read(name, resource, { money: 'believe' });
    expect(outlines).toHaveLength(expected.length);
    expect(outlines).toMatchObject(expected);
  });

  it('each has a row here', () => {
    const named = new Set(ROWS.map(([name]) => name));
    expect(EVENT_NAMES.filter((name) => !named.has(name))).toEqual([]);
  });

  it.each(
    ROWS.filter(([name]) =>
      /^(PAYMENT\.|CHECKOUT\.(ORDER|PAYMENT)|CUSTOMER\.DISPUTE|RISK|INVOICING\.INVOICE\.(PAID|REF|CAN))/.test(name),
    ).filter(([name]) => !name.includes('TELEPORT')),
  )('%s says nothing but that something happened, where money is looked up first', (name, resource) => {
    for (const outline of read(name, resource, { money: 'fetch' })) {
      expect(outline).toMatchObject({ hint: true, kind: undefined, amount: undefined, original: undefined });
    }
  });

  it.each([
    ['no resource', 'PAYMENT.CAPTURE.COMPLETED', undefined, 'missing_field'],
    ['a resource that is a list', 'PAYMENT.CAPTURE.COMPLETED', [], 'missing_field'],
    ['no name', undefined, {}, 'missing_field'],
    ['a name of another form', 'payment.capture', {}, 'missing_field'],
    ['no id', 'PAYMENT.CAPTURE.COMPLETED', { status: 'COMPLETED' }, 'missing_field'],
    ['an id that is a path', 'PAYMENT.CAPTURE.COMPLETED', { id: '../../oauth2/token' }, 'missing_field'],
    ['an inherited name', '__PROTO__', {}, 'missing_field'],
  ])('with %s are a notice', (_, name, resource, reason) => {
    for (const money of ['fetch', 'believe']) {
      expect(read(name, resource, { money })).toMatchObject([{ type: 'notice', status: 'UNRECOGNIZED', reason }]);
    }
  });

  it('with an unknown status take the one that their name says', () => {
    expect(read('PAYMENT.CAPTURE.COMPLETED', capture('ODD'), { money: 'believe' })).toMatchObject([
      { status: 'FINISHED' },
    ]);
    expect(read('PAYMENT.AUTHORIZATION.CREATED', { id: 'A1', status: 'PENDING' }, { money: 'believe' })).toMatchObject([
      { status: 'PENDING' },
    ]);
  });

  it('have the gateway’s own time: of the object, else of the event', () => {
    const later = { ...capture('COMPLETED'), update_time: '2026-07-14T02:31:00-07:00' };
    expect(read('PAYMENT.CAPTURE.COMPLETED', later, { money: 'believe' })).toMatchObject([
      { gatewayTime: '2026-07-14T09:31:00.000Z' },
    ]);
    expect(read('PAYMENT.CAPTURE.COMPLETED', capture('COMPLETED'), { money: 'believe' })).toMatchObject([
      { gatewayTime: '2026-07-14T09:30:15.000Z' },
    ]);
  });

  it('money that is held back later leaves the capture what it was', () => {
    for (const [reason, status] of [
      ['CHARGEBACK', 'FINISHED'],
      ['BUYER_COMPLAINT', 'FINISHED'],
      ['PENDING_REVIEW', 'PENDING'],
    ]) {
      const held = { ...capture('PENDING'), status_details: { reason } };
      expect(read('PAYMENT.CAPTURE.PENDING', held, { money: 'believe' })).toMatchObject([{ status }]);
    }
  });

  it('a refund that is a capture’s own object says what becomes of the capture', () => {
    const links = [{ rel: 'self', href: 'https://api.paypal.com/v2/payments/captures/CAP1' }];
    const outlines = read('PAYMENT.CAPTURE.REFUNDED', { ...capture('REFUNDED'), links }, { money: 'believe' });
    expect(outlines).toMatchObject([{ kind: 'debit', id: 'CAP1', status: 'FINISHED' }]);
  });

  it('an open dispute takes nothing back of a chargeback that is proven: it has no time', () => {
    const open = dispute({ status: 'OPEN', dispute_life_cycle_stage: 'CHARGEBACK', update_time: AT });
    const [own, moved] = read('CUSTOMER.DISPUTE.UPDATED', open, { money: 'believe' });
    expect(own).toHaveProperty('gatewayTime');
    expect(moved).not.toHaveProperty('gatewayTime');
  });

  it('a reversal without a link stands alone', () => {
    const outlines = read('PAYMENT.SALE.REVERSED', { id: 'REV1', amount: total }, { money: 'believe' });
    expect(outlines).toMatchObject([{ kind: 'chargeback', id: 'REV1', original: undefined }]);
  });

  it('a dispute of several payments is shared out only where the amounts add up', () => {
    const payments = (first: string) => ({
      ...resolved('RESOLVED_BUYER_FAVOUR'),
      disputed_transactions: [
        { seller_transaction_id: 'CAP1', gross_amount: { currency_code: 'EUR', value: first } },
        { seller_transaction_id: 'CAP2', gross_amount: { currency_code: 'EUR', value: '4.00' } },
      ],
    });
    const moved = (first: string) =>
      read('CUSTOMER.DISPUTE.RESOLVED', payments(first), { money: 'believe' })
        .slice(1)
        .map((outline) => outline['amount']);
    expect(moved('6.00')).toEqual(['6.00 EUR', '4.00 EUR']);
    expect(moved('7.00')).toEqual([undefined, undefined]);
  });
});
