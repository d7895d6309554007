import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSACTION_KINDS, TRANSACTION_STATUSES } from '#shared/model/vocabulary.ts';
import { outlineOf } from '../outline.testing.ts';
import { front } from './front.ts';
import { normalizePaylock } from './normalize.ts';
import { readingOf } from './reading.ts';

const SETTINGS = {
  ...{ mode: 'hmac', idPath: 'id', kindPath: 'kind', statusPath: 'status', amountPath: 'amount', currency: 'EUR' },
  ...{ originalPath: 'original', updatedAtPath: 'at', amountUnit: 'decimal', allowUnknown: true },
};

function normalized(body: object | string, settings: object = {}, source: 'pushed' | 'fetched' = 'pushed') {
  const declared = {
    reading: readingOf({ ...SETTINGS, ...settings }),
    askedAt: '2026-05-04T16:00:00.000Z',
    settles: '["x"]',
  };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return normalizePaylock({ source, body: Buffer.from(text), declared });
}

const outlines = (body: object | string, settings: object = {}) =>
  normalized(body, settings).notifications.map(outlineOf);
const outline = (fields: object, settings: object = {}) =>
  outlines({ id: 'p1', kind: 'debit', status: 'FINISHED', ...fields }, settings)[0] ?? {};

describe('kinds and statuses', () => {
  it.each(TRANSACTION_KINDS)('%s is its own word where there is no map', (kind) => {
    expect(outline({ kind, original: 'p0' })).toMatchObject({ type: 'transaction', kind, status: 'FINISHED' });
  });

  it.each(TRANSACTION_STATUSES)('%s is its own word where there is no map', (status) => {
    expect(outline({ status })).toMatchObject({ status, final: status === 'FINISHED' });
  });

  it('with a map only its words count', () => {
    const settings = { kindMap: { Sale: 'debit' }, statusMap: { Paid: 'FINISHED' } };
    expect(outline({ kind: 'Sale', status: 'Paid' }, settings)).toMatchObject({ kind: 'debit', status: 'FINISHED' });
    for (const fields of [{ kind: 'debit', status: 'Paid' }, { kind: 'sale', status: 'Paid' }, { kind: '__proto__' }]) {
      expect(outline(fields, settings)).toMatchObject({ type: 'notice', reason: 'unknown_kind' });
    }
    for (const status of ['FINISHED', 'paid', 'constructor']) {
      expect(outline({ kind: 'Sale', status }, settings)).toMatchObject({ type: 'notice', reason: 'unknown_status' });
    }
  });

  it('one path may hold both words', () => {
    const settings = { kindPath: 'event', kindMap: { 'payment.paid': 'debit' }, statusPath: 'event' };
    const statusMap = { 'payment.paid': 'FINISHED' };
    expect(outline({ event: 'payment.paid' }, { ...settings, statusMap })).toMatchObject({ kind: 'debit' });
  });

  it('unknown words are kept, and shown only where they look like words', () => {
    expect(outline({ status: 'On hold' })).toMatchObject({ detail: expect.stringContaining('"On hold"') });
    for (const status of ['4111 1111 1111 1111', '<script>', 'x'.repeat(60)]) {
      const { detail } = outline({ status });
      expect(detail).not.toContain(status);
    }
    expect(outline({ status: undefined })).toMatchObject({ reason: 'missing_field', related: 'p1' });
  });

  it('allowUnknown false: the payment is flagged, too, and still nothing is concluded', () => {
    const found = outlines({ id: 'p1', kind: 'debit', status: 'Odd' }, { allowUnknown: false });
    expect(found).toMatchObject([
      { type: 'transaction', id: 'p1', hint: true, status: 'PENDING', anomalies: ['unreadable status'] },
      { type: 'notice', reason: 'unknown_status', related: 'p1' },
    ]);
  });

  it('a fixed kind, and none at all', () => {
    expect(outline({}, { kindPath: undefined, kind: 'payout' })).toMatchObject({ kind: 'payout' });
    expect(outline({}, { kindPath: undefined })).toMatchObject({ kind: undefined, status: 'FINISHED' });
  });
});

describe('what belongs together', () => {
  it.each([
    ['capture', 'capture', 'reference'],
    ['void', 'void', 'reference'],
    ['refund', 'refund', 'reference'],
    ['chargeback', 'chargeback-1', 'chargeback'],
    ['chargeback_reversal', 'chargeback_reversal-1', 'reversal'],
  ])('a %s under the payment’s own id is a subject of its own', (kind, suffix, link) => {
    expect(outline({ kind, original: 'p1' })).toMatchObject({ id: `p1~${suffix}`, original: 'p1', link });
    expect(outline({ kind, original: 'p0' })).toMatchObject({ id: 'p1', original: 'p0', link });
    expect(outline({ kind })).toMatchObject({ id: 'p1', original: undefined });
  });

  it('a sale has no original; a deregister names its instrument', () => {
    expect(outline({ original: 'p1' })).toMatchObject({ id: 'p1', original: undefined });
    expect(outline({ kind: 'deregister', original: 'card' })).toMatchObject({
      deregisters: 'card',
      original: undefined,
    });
  });

  it('Guids are one id, however they are printed', () => {
    const dashed = '{6F9619FF-8B86-D011-B42D-00CF4FC964FF}';
    const plain = '6f9619ff8b86d011b42d00cf4fc964ff';
    expect(outline({ kind: 'refund', id: 'r', original: dashed })).toMatchObject({ original: plain });
    expect(outline({ id: dashed.slice(1, -1) })).toMatchObject({ id: plain });
    expect(outline({ id: 'ABC' })).toMatchObject({ id: 'ABC' });
  });

  it.each(['', ' ', 'a b', 'a~refund', 'x'.repeat(101), '\u0000', null, [], {}])('id %j is none', (id) => {
    expect(outline({ id })).toMatchObject({
      type: 'notice',
      reason: expect.stringMatching(/missing_field|unreadable_id/),
    });
  });

  it('another merchant’s is not believed', () => {
    const settings = { merchantIdPath: 'm', merchantId: 'Mine' };
    expect(outline({ m: 'Other' }, settings)).toMatchObject({ type: 'notice', reason: 'foreign_merchant' });
    expect(outline({ m: 'Mine' }, settings)).toMatchObject({ type: 'transaction' });
    expect(outline({}, settings)).toMatchObject({ type: 'transaction' });
  });
});

describe('amounts and times', () => {
  it.each([
    [{ amount: 10.5 }, {}, '10.50 EUR', []],
    [{ amount: '10,50' }, {}, undefined, ['amount_unreadable amount']],
    [{ amount: -3 }, {}, '3.00 EUR', ['amount_negative amount']],
    [{ amount: 1050 }, { amountUnit: 'minor' }, '10.50 EUR', []],
    [{ amount: 5 }, { amountUnit: 'minor' }, '0.05 EUR', []],
    [{ amount: 1050 }, { amountUnit: 'minor', currency: 'JPY' }, '1050 JPY', []],
    [{ amount: 1050 }, { amountUnit: 'minor', currency: 'BHD' }, '1.050 BHD', []],
    [{ amount: '10.5' }, { amountUnit: 'minor' }, undefined, ['amount_unreadable amount']],
    [{ amount: -1050 }, { amountUnit: 'minor' }, '10.50 EUR', ['amount_negative amount']],
    [{ amount: 1050 }, { amountUnit: 'minor', currency: 'XQX' }, undefined, ['currency_unknown amount']],
    [{ amount: 1, cur: 'usd' }, { currencyPath: 'cur' }, '1.00 USD', []],
    [{ amount: 1 }, { currencyPath: 'cur' }, '1.00 EUR', []],
    [{ amount: 1 }, { currency: undefined }, undefined, ['currency_unreadable amount']],
    [{}, {}, undefined, []],
  ])('%j %j', (fields, settings, amount, anomalies) => {
    expect(outline(fields, settings)).toMatchObject({ amount, anomalies });
  });

  it.each([
    ['2026-05-04T12:00:00.123+02:00', '2026-05-04T10:00:00.123Z'],
    ['2026-05-04T10:00:00.1234567Z', '2026-05-04T10:00:00.123Z'],
    ['/Date(1777888800123-0000)/', '2026-05-04T10:00:00.123Z'],
    [1_777_888_800, '2026-05-04T10:00:00.000Z'],
    [1_777_888_800_123, '2026-05-04T10:00:00.123Z'],
    ['Mon, 04 May 2026 10:00:00 GMT', '2026-05-04T10:00:00.000Z'],
  ])('changed at %s', (at, gatewayTime) => {
    const { origin, notifications } = normalized({ id: 'p1', kind: 'debit', status: 'PENDING', at });
    expect([origin.signedAt, outlineOf(notifications[0] ?? never())['gatewayTime']]).toEqual([
      gatewayTime,
      gatewayTime,
    ]);
  });

  it.each(['2026-05-04T10:00:00', '2026-02-30T10:00:00Z', '04.05.2026', '17778888', 'soon'])(
    'changed at %s is no time',
    (at) => {
      const found = outline({ at });
      expect([found['gatewayTime'], found['anomalies']]).toEqual([undefined, ['unreadable at']]);
    },
  );
});

describe('a callback as a whole', () => {
  it('several messages: each, in a list or behind a path; at most 100', () => {
    const one = (id: string) => ({ id, kind: 'debit', status: 'PENDING' });
    expect(outlines([one('a'), one('b')])).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    expect(outlines({ list: [one('a'), { id: '' }, one('b')] }, { itemsPath: 'list' })).toMatchObject([
      ...[{ id: 'a' }, { type: 'notice' }, { id: 'b' }],
    ]);
    const many = outlines(Array.from({ length: 130 }, (_, i) => one(`p${i}`)));
    expect([many.length, many.at(-1)?.['reason']]).toEqual([101, 'too_many']);
    expect(outlines([])).toMatchObject([{ reason: 'empty_body' }]);
    expect(outlines({}, { itemsPath: 'list' })).toMatchObject([{ reason: 'missing_field' }]);
  });

  it('a repeat of one event with another envelope is the same content; another event is not', () => {
    const settings = { idempotencyPath: 'event' };
    const digest = (fields: object) =>
      normalized({ id: 'p1', kind: 'debit', status: 'FINISHED', ...fields }, settings).origin.contentDigest;
    expect(digest({ event: 'e1', attempt: 1 })).toBe(digest({ event: 'e1', attempt: 2 }));
    expect(digest({ event: 'e1' })).not.toBe(digest({ event: 'e2' }));
    expect(digest({ attempt: 1 })).not.toBe(digest({ attempt: 2 }));
  });

  it('an answer settles what was known, unless it is PENDING', () => {
    const answer = (status: string) => normalized({ id: 'p1', kind: 'debit', status }, {}, 'fetched').origin;
    expect(answer('FINISHED')).toMatchObject({ askedAt: '2026-05-04T16:00:00.000Z', settles: ['x'] });
    expect(answer('PENDING')).not.toHaveProperty('askedAt');
  });

  it('a hint says nothing but that something happened', () => {
    const { notifications } = normalized({ id: 'p1', kind: 'debit', status: 'FINISHED', amount: 5 }, { mode: 'fetch' });
    expect(notifications).toEqual([
      {
        ...{ about: 'transaction', id: 'p1', kind: 'debit', status: 'PENDING', final: false, correction: 'none' },
        ...{ hint: true, ask: {}, expiresAfterMinutes: 1_440, fields: {}, anomalies: [] },
      },
    ]);
  });

  it('keeps its meaning: it is read as it was stored, and without that not at all', () => {
    const body = Buffer.from('{"id":"p1","kind":"debit","status":"FINISHED"}');
    const of = (declared: Record<string, string>) =>
      normalizePaylock({ source: 'pushed', body, declared }).notifications;
    for (const declared of [{}, { reading: '' }, { reading: '[]' }, { reading: 'null' }, { reading: '{"idPath":1}' }]) {
      expect(of(declared)).toMatchObject([{ about: 'notice', reason: 'not_configured' }]);
    }
    expect(readingOf({ ...SETTINGS, kindMap: { b: 'debit', a: 'void' }, toleranceSeconds: 1 })).toBe(
      readingOf({ toleranceSeconds: 2, kindMap: { a: 'void', b: 'debit' }, ...SETTINGS }),
    );
    expect(front.inboxKey('pushed', body, { reading: 'a' })).not.toBe(front.inboxKey('pushed', body, { reading: 'b' }));
  });

  it('any bytes and any declared parts give notifications, the same each time', () => {
    const declared = fc.dictionary(fc.constantFrom('reading', 'askedAt', 'settles'), fc.oneof(fc.string(), fc.json()));
    const source = fc.constantFrom('pushed', 'fetched', 'reported', 'own');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        declared,
        source,
        (body, parts, from) => {
          const statement = { source: from, body, declared: { reading: readingOf(SETTINGS), ...parts } } as const;
          const once = normalizePaylock(statement);
          expect(once.notifications.length).toBeGreaterThan(0);
          expect(normalizePaylock(statement)).toEqual(once);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

function never(): never {
  throw new Error('There is no notification.');
}
