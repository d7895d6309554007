import { describe, expect, it } from 'vitest';
import { gateway } from './index.ts';
import { inShort } from './statement.testing.ts';

const SMART = { object: 'smart.transactions', id: 'STX_1', status: 'created', transactionRef: 'ORD-1', is_demo: true };
const FLEX = {
  ...{ object: 'payment.transactions', id: 'gqaymbtaduzc7420193', payment_id: 'PCI_W5SN', trans_id: 71734972 },
  ...{ status: 'internal_server_status', amount: 1995, currency: 'CHF', transaction_status: 1, payment_action: 'sale' },
};

describe('readReport', () => {
  it('stores what a shop made, without its customer', () => {
    const result = {
      ...FLEX,
      customer: { contact: { email: 'erika@example.com' } },
      redirect_url: { iframe_url: 'x' },
    };
    const reading = gateway.readReport({ result });
    expect(reading).toMatchObject({ effect: 'stored', subjectId: 'PCI_W5SN' });
    if (reading.effect !== 'stored') return;
    expect(Buffer.from(reading.body).toString()).not.toContain('erika');
    const { origin, notifications } = gateway.normalize({ source: 'reported', body: reading.body, declared: {} });
    expect(origin).toMatchObject({ source: 'reported' });
    expect(inShort(notifications)).toEqual(['debit PENDING 19.95 CHF']);
    expect(notifications.map(({ id }) => id)).toEqual(['PCI_W5SN']);
  });

  it('takes a Smart Transaction as the order that it is', () => {
    const reading = gateway.readReport({ result: SMART });
    expect(reading).toMatchObject({ effect: 'stored', subjectId: 'STX_1' });
    const body = reading.effect === 'stored' ? reading.body : new Uint8Array();
    const { notifications } = gateway.normalize({ source: 'reported', body, declared: {} });
    expect(notifications).toMatchObject([
      { kind: 'order', status: 'PENDING', testMode: true, fields: { merchantReference: 'ORD-1' } },
    ]);
  });

  it('derives nothing: a report proves nothing', () => {
    const body = Buffer.from(JSON.stringify({ ...FLEX, status: 'void' }));
    expect(inShort(gateway.normalize({ source: 'reported', body, declared: {} }).notifications)).toHaveLength(1);
  });

  it.each([
    ['text', 'PCI_1'],
    ['nothing', undefined],
    ['a list', [SMART]],
    ['an error', { status: 'error', error: 'ProductFormatException', code: 1 }],
    ['an object that nobody makes', { object: 'general.contracts', id: 'GCR_1' }],
    ['a payout of the gateway’s own', { object: 'loyalty.cards', id: 'X' }],
    ['no object', { id: 'PCI_1' }],
    ['an id that is a path', { object: 'payment.transactions', id: '../x' }],
    ['no id', { object: 'smart.transactions' }],
  ])('has no effect with %s', (_, result) => {
    expect(gateway.readReport({ result })).toMatchObject({ effect: 'none', why: expect.any(String) });
  });
});
