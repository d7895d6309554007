import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SOURCES } from '#shared/model/vocabulary.ts';
import { normalizeSecuconnect } from './normalize.ts';
import { fetched, inShort, payment, pushed } from './statement.testing.ts';

const PUSH = {
  ...{ object: 'event.pushes', id: 'evt_1', created: '2021-06-21T08:30:28+02:00', target: 'payment.transactions' },
  ...{ type: 'changed', data: [{ object: 'payment.transactions', id: 'PCI_ONE' }] },
};

describe('pushes', () => {
  it('are hints and nothing more', () => {
    expect(pushed(PUSH)).toEqual([
      {
        ...{ about: 'transaction', id: 'PCI_ONE', status: 'PENDING', final: false, correction: 'none', hint: true },
        ...{ ask: { as: 'payment.transactions' }, expiresAfterMinutes: 60, fields: {}, anomalies: [] },
      },
    ]);
  });

  it.each([
    ['payment.transactions', 'transaction'],
    ['payment.subscriptions', 'schedule'],
    ['payment.payouts', 'transaction'],
    ['payment.containers', 'instrument'],
    ['payment.secupaydebits', 'transaction'],
    ['payment.secupaycreditcards', 'transaction'],
    ['payment.secupayinvoices', 'transaction'],
    ['payment.secupayprepays', 'transaction'],
    ['payment.secupaysofort', 'transaction'],
    ['payment.secupaypayout', 'transaction'],
    ['services.identrequests', 'transaction'],
    ['general.contracts', 'notice'],
    ['services.identresults', 'notice'],
  ])('about %s are about a %s, and ask for it', (target, about) => {
    expect(pushed({ ...PUSH, target, data: [{ object: target, id: 'X_1' }] })).toMatchObject([
      { about, ask: { as: target } },
    ]);
  });

  it.each([
    ['unknown target', { target: 'loyalty.cards', data: [{ id: 'X' }] }, 'unknown_target'],
    ['target __proto__', { target: '__proto__', data: [{ id: 'X' }] }, 'unknown_target'],
    ['target that is no text', { target: 7, data: [{ id: 'X' }] }, 'unknown_target'],
    ['Smart Transaction', { target: 'smart.transactions', data: [{ id: 'STX_1' }] }, 'push_not_used'],
    ['display', { type: 'display' }, 'push_not_used'],
    ['unknown type', { type: 'removed' }, 'unknown_push_type'],
    ['no type', { type: undefined }, 'unknown_push_type'],
    ['no data', { data: undefined }, 'push_without_object'],
    ['empty data', { data: [] }, 'push_without_object'],
    ['path as id', { data: [{ object: 'payment.transactions', id: '../oauth/token' }] }, 'unreadable_id'],
    ['id with a slash', { data: [{ id: 'PCI_1/cancel' }] }, 'unreadable_id'],
    ['id with a blank', { data: [{ id: 'PCI 1' }] }, 'unreadable_id'],
    ['long id', { data: [{ id: 'A'.repeat(65) }] }, 'unreadable_id'],
    ['no id', { data: [{}] }, 'unreadable_id'],
    ['text for an object', { data: ['PCI_ONE'] }, 'unreadable_id'],
  ])('without news of an object are a notice: %s', (_, change, reason) => {
    expect(pushed({ ...PUSH, ...change })).toMatchObject([{ about: 'notice', reason }]);
  });

  it('of a forger give no id another type than its own', () => {
    const forged = (target: string, id: string) => pushed({ ...PUSH, target, data: [{ object: target, id }] });
    expect(forged('services.identrequests', 'PCI_ONE')).toMatchObject([{ ask: { as: 'payment.transactions' } }]);
    expect(forged('payment.containers', 'SUB_1')).toMatchObject([{ about: 'schedule' }]);
    expect(forged('payment.transactions', 'STX_1')).toMatchObject([{ reason: 'push_not_used' }]);
  });

  it('may name several objects, some of them unreadable', () => {
    const data = [{ id: 'PCI_ONE' }, { id: '../x' }, { id: 'PCI_TWO' }, { id: 'PCI_ONE' }, { id: '' }];
    expect(pushed({ ...PUSH, data }).map(({ about, id }) => [about, id])).toEqual([
      ['transaction', 'PCI_ONE'],
      ['transaction', 'PCI_TWO'],
      ['notice', undefined],
    ]);
  });

  it('are read up to a hundred objects', () => {
    const data = Array.from({ length: 150 }, (_, at) => ({ id: `PCI_${at}` }));
    const news = pushed({ ...PUSH, data });
    expect(news).toHaveLength(101);
    expect(news.at(-1)).toMatchObject({ reason: 'too_many_objects' });
  });

  it('may name one object without a list', () => {
    expect(pushed({ ...PUSH, data: { id: 'PCI_ONE' } })).toMatchObject([{ id: 'PCI_ONE' }]);
  });

  it('of a contract are one notice an event', () => {
    const push = { ...PUSH, target: 'general.contracts', data: [{ id: 'GCR_1' }] };
    expect(pushed(push)).toMatchObject([{ id: 'GCR_1~evt_1', status: 'RECEIVED', reason: 'object_changed' }]);
  });
});

describe('other objects', () => {
  it.each([
    ['active', 'ACTIVE'],
    ['suspended', 'PAUSED'],
    ['cancelled', 'CANCELLED'],
    ['completed', 'COMPLETED'],
    ['asleep', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
  ])('subscription %s is %s', (status, expected) => {
    const object = { object: 'payment.subscriptions', id: 'SUB_1', status, updated: '2026-01-01T00:00:00+01:00' };
    expect(fetched(object)).toMatchObject([{ status: expected, gatewayTime: '2025-12-31T23:00:00.000Z' }]);
  });

  it.each([
    ['not requested', undefined],
    ['requested', 'pending'],
    ['inquiry', 'pending'],
    ['active', 'active'],
    ['failed', 'error'],
    ['archivePending', 'inactive'],
    ['archived', 'deactivated'],
    ['sleeping', undefined],
  ])('token status %s is %s', (status, word) => {
    const token_status = { status, last_modified: '2026-01-01T00:00:00+01:00' };
    const [news] = fetched({ object: 'payment.containers', id: 'PCT_1', type: 'credit_card', token_status });
    const token = word === undefined ? undefined : { word, date: '2025-12-31T23:00:00.000Z' };
    expect(news).toMatchObject({ about: 'instrument', kind: 'card', ...(token && { token }) });
    expect(news && 'token' in news).toBe(word !== undefined);
    const flags = status === 'sleeping' ? [{ code: 'unknown_token_status' }] : [];
    expect(news).toMatchObject({ anomalies: flags });
  });

  it.each([
    ['bank_account', 'account', undefined],
    ['credit_card', 'card', undefined],
    ['googlepay', 'card', 'googlepay'],
    ['applepay', 'card', 'applepay'],
    ['paypal', 'account', 'paypal'],
  ])('container of the type %s', (type, kind, walletType) => {
    const [news] = fetched({ object: 'payment.containers', id: 'PCT_1', type });
    expect(news).toMatchObject({ kind, summary: { kind, ...(walletType && { walletType }) } });
  });

  it('shows of a card or account what the gateway masked, and nothing that it did not', () => {
    const container = (shown: object, type: string) =>
      fetched({ object: 'payment.containers', id: 'PCT_1', type, public: shown })[0];
    expect(container({ iban: 'DE37 XXXX XXXX XXXX XX05 2412' }, 'bank_account')).toMatchObject({
      summary: { kind: 'account', country: 'DE', lastFour: '2412' },
    });
    expect(JSON.stringify(container({ pan: '4111111111111111' }, 'credit_card'))).not.toContain('1111');
  });

  it.each([
    [true, 'contract_approved'],
    [false, 'contract_not_approved'],
    [undefined, 'contract_read'],
  ])('contract approved %s', (approved, reason) => {
    expect(fetched({ object: 'general.contracts', id: 'GCR_1', approved }, { asked: 'GCR_1~evt_1' })).toMatchObject([
      { about: 'notice', id: 'GCR_1~evt_1', status: 'RESOLVED', reason },
    ]);
  });

  it.each([
    ['requested', 'PENDING'],
    ['ok_preliminary', 'PENDING'],
    ['failed_preliminary', 'PENDING'],
    ['ok', 'FINISHED'],
    ['failed', 'ERROR'],
    ['error', 'ERROR'],
  ])('identification %s is %s', (status, expected) => {
    expect(inShort(fetched({ object: 'services.identrequests', id: 'SIR_1', status }))).toEqual([
      `register ${expected}`,
    ]);
  });

  it.each([
    ['created', 'order PENDING'],
    ['processing', 'order PENDING'],
    ['pending', 'order PENDING'],
    ['approved', 'order FINISHED'],
    ['ok', 'order FINISHED'],
    ['received', 'order FINISHED'],
    ['shipped', 'order FINISHED'],
    ['collection', 'order FINISHED'],
    ['collected', 'order FINISHED'],
    ['failed', 'order ERROR'],
    ['cancelled', 'order ERROR cancelled'],
  ])('Smart Transaction %s', (status, expected) => {
    expect(inShort(fetched({ object: 'smart.transactions', id: 'STX_1', status }))).toEqual([expected]);
  });

  it.each([
    [0, 'PENDING'],
    [1, 'FINISHED'],
    [3, 'ERROR'],
    [5, 'ERROR'],
    [9, 'FINISHED'],
    [10, 'PENDING'],
  ])('payout with simple_status_id %i is %s', (simple_status_id, expected) => {
    const object = { object: 'payment.payouts', id: 'PPO_1', simple_status_id, amount: 100, currency: 'EUR' };
    expect(inShort(fetched(object))).toEqual([`payout ${expected} 1.00 EUR`]);
  });

  it('of another type than was asked for are unrecognized', () => {
    expect(fetched(payment(1), { as: 'payment.payouts' })).toMatchObject([{ reason: 'unknown_object' }]);
    expect(fetched({ id: 'X' })).toMatchObject([{ reason: 'unknown_object' }]);
  });
});

describe('normalize', () => {
  it('takes times and digests of the claims that it settles from the declared parts', () => {
    const body = Buffer.from(JSON.stringify(payment(1)));
    const declared = { as: 'payment.transactions', askedAt: '2026-03-02T10:00:00.000Z', settles: '["d1","d2"]' };
    const { origin } = normalizeSecuconnect({ source: 'fetched', body, declared });
    expect(origin).toMatchObject({ askedAt: '2026-03-02T10:00:00.000Z', settles: ['d1', 'd2'] });
    const pending = Buffer.from(JSON.stringify(payment(0)));
    expect(normalizeSecuconnect({ source: 'fetched', body: pending, declared }).origin).not.toHaveProperty('askedAt');
  });

  const word = fc.constantFrom(
    ...['object', 'id', 'data', 'details', 'status', 'status_simple', 'amount', 'currency', 'parents', 'basket'],
    ...['payment.transactions', 'event.pushes', 'PCI_ONE', 'EUR', 'changed', 'type', 'target', '__proto__', 'updated'],
    ...['token_status', 'public', 'product', 'related_transactions', 'hierarchy', 'parent', 'subscription', 'demo'],
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('tree'),
    ),
    list: fc.array(tie('any'), { maxLength: 4 }),
    tree: fc.dictionary(word, tie('any'), { maxKeys: 8 }),
  }));

  it('gives news of anything, always the same', () => {
    const source = fc.constantFrom(...SOURCES);
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.dictionary(word, value.any, { maxKeys: 12 }).map((tree) => new TextEncoder().encode(JSON.stringify(tree))),
    );
    const declared = fc.dictionary(fc.constantFrom('as', 'asked', 'kind', 'list', 'askedAt', 'settles'), word);
    fc.assert(
      fc.property(source, body, declared, (from, bytes, parts) => {
        const read = () => normalizeSecuconnect({ source: from, body: bytes, declared: parts });
        expect(read().notifications.length).toBeGreaterThan(0);
        expect(read()).toEqual(read());
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads nothing that stands in the prototype of a body', () => {
    const text = '{"__proto__": {"object": "payment.transactions", "id": "PCI_ONE", "status": "accepted"}}';
    expect(fetched(text)).toMatchObject([{ reason: 'unknown_object' }]);
    expect(fetched(text, { as: 'payment.transactions' })).toMatchObject([{ reason: 'unreadable_id' }]);
  });
});
