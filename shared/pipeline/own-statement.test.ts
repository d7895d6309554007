import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOfParts } from '#shared/model/digest.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { expectationNoticeId, ownRow, readOwnStatement } from './own-statement.ts';
import { readFacts } from './read-facts.ts';

const connector = { connectorId: 'acme-1', merchantId: 'acme', gateway: 'any', version: 3 };
const NOW = new Date('2026-01-15T09:30:00.000Z');
const DUE = '2026-01-15T09:00:00.000Z';
const unresolved = { statement: 'unresolved', transactionId: 'tx', due: DUE } as const;
const missing = { statement: 'expectation_missing', merchantReference: 'ORD-1', due: DUE } as const;
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('an own row', () => {
  it('is known by its body: the same conclusion is the same row, whenever it is drawn', () => {
    const row = ownRow(connector, unresolved, 'test', NOW);
    expect(row).toMatchObject({
      ...{ callbackId: `acme-1:${digestOfParts('own', row.body)}`, source: 'own', mode: 'test', connectorVersion: 3 },
      ...{ receivedAt: '2026-01-15T09:30:00.000Z', path: '/own/unresolved' },
    });
    const later = ownRow({ ...connector, version: 9 }, { ...unresolved }, 'test', new Date(0));
    expect(later.callbackId).toBe(row.callbackId);
    expect(ownRow(connector, { ...unresolved, transactionId: 'ty' }, 'test', NOW).callbackId).not.toBe(row.callbackId);
    expect(row).not.toHaveProperty('verdict');
  });

  it('is read for every gateway, and its adapter never sees it', () => {
    const normalize = () => {
      throw new Error('an adapter read an own row');
    };
    const gateways = { any: { normalize } } as unknown as Parameters<typeof readFacts>[0];
    const terms = { version: 3, testMode: false, checks: { expirationMinutes: 5 } };
    const reading = readFacts(gateways, ownRow(connector, unresolved, 'live', NOW), terms);
    if (!reading.ok) throw new Error(reading.message);
    expect(reading.facts.map(({ slot }) => slot).map((slot) => slot.split('/')[0])).toEqual(['claim', 'unresolved']);
  });
});

describe('an own statement', () => {
  it('of a payment without an end says only that: PENDING, unresolved, no time and no amount', () => {
    const { origin, notifications } = readOwnStatement(bytes(unresolved));
    expect(origin.source).toBe('own');
    expect(notifications).toEqual([
      {
        ...{ about: 'transaction', id: 'tx', status: 'PENDING', final: false, correction: 'none', unresolved: true },
        ...{ expiresAfterMinutes: 0, fields: {}, anomalies: [] },
      },
    ]);
  });

  it('of a missed expectation is one notice a reference, whenever it was due', () => {
    const read = (change: object) => readOwnStatement(bytes({ ...missing, ...change })).notifications[0];
    expect(read({})).toMatchObject({ about: 'notice', status: 'RECEIVED', reason: 'expectation_missing' });
    expect(read({})).toMatchObject({ detail: expect.stringContaining('"ORD-1"'), id: expectationNoticeId('ORD-1') });
    expect(read({ due: '2027-01-01T00:00:00.000Z' })).toEqual(read({}));
    expect(read({ merchantReference: 'ORD-2' })).not.toMatchObject({ id: expectationNoticeId('ORD-1') });
    const long = read({ merchantReference: 'x'.repeat(5_000) });
    expect(long).toMatchObject({ detail: expect.stringMatching(/^.{100,300}$/) });
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['another value', '[1]'],
    ['null', 'null'],
    ['an unknown statement', { statement: 'paid', transactionId: 'tx' }],
    ['no id', { statement: 'unresolved' }],
    ['an empty id', { statement: 'unresolved', transactionId: '' }],
    ['an id that is none', { statement: 'unresolved', transactionId: { toString: 'x' } }],
    ['an inherited member', '{"__proto__":{"statement":"unresolved","transactionId":"tx"}}'],
    ['more than is ever written', { ...unresolved, more: 'x'.repeat(70_000) }],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x7b])],
  ])('with %s is kept as unrecognized', (_, body) => {
    const given = body instanceof Uint8Array ? body : bytes(body);
    expect(readOwnStatement(given).notifications).toMatchObject([{ about: 'notice', status: 'UNRECOGNIZED' }]);
  });

  it('never throws, and says the same of the same bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes)), (body) => {
        const first = readOwnStatement(body);
        expect(readOwnStatement(Uint8Array.from(body))).toEqual(first);
        for (const notification of first.notifications) factsOf(notification, first.origin);
      }),
    );
  });
});
