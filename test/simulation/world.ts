import fc from 'fast-check';
import { digestOfBytes } from '#shared/model/digest.ts';

/** One statement as it reaches the inbox; several rows may carry the same body under different dates. */
export interface Row {
  readonly source: 'pushed' | 'fetched' | 'reported';
  readonly body: string;
  /** Minute of the story at which it was signed or asked. */
  readonly minute: number;
  /** Fetched only: content digests that had been seen. */
  readonly settles?: readonly string[];
}

type Body = Record<string, unknown>;

const AMOUNTS = ['10.00', '12.50', '7.00', '10.005'];
const CORRECTION = fc.constantFrom(undefined, undefined, undefined, 'reconciliation', 'settlement');
const minute = fc.integer({ min: 0, max: 10_000 });

function pushedResult(uuid: string, type: string, links: Body = {}): fc.Arbitrary<Body> {
  return fc
    .record({
      result: fc.constantFrom('OK', 'OK', 'ERROR', 'PENDING'),
      amount: fc.constantFrom(...AMOUNTS, undefined),
      currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'JPY'),
      code: fc.constantFrom('2003', '3001', '2005'),
      notificationSource: CORRECTION,
      originalAmount: fc.constantFrom(...AMOUNTS),
      merchantTransactionId: fc.constantFrom('ORD-1', undefined),
      purchaseId: fc.constantFrom('P-1', undefined),
      subType: fc.constantFrom(undefined, undefined, undefined, 'cb-resolved'),
    })
    .map(({ result, amount, currency, code, notificationSource, originalAmount, subType, ...rest }) => ({
      uuid,
      transactionType: type,
      result,
      ...(amount && { amount, currency }),
      ...(result === 'ERROR' && { code, message: 'no' }),
      ...(notificationSource && { notificationSource }),
      ...(notificationSource && amount && { originalAmount, originalCurrency: currency }),
      ...(subType && type.startsWith('CHARGEBACK') && { transactionSubType: subType }),
      ...rest,
      ...links,
    }));
}

function extras(uuid: string, type: string): fc.Arbitrary<Body> {
  const base = { uuid, transactionType: type, result: 'OK' };
  return fc.oneof(
    fc
      .constantFrom('active', 'suspended', 'error')
      .map((networkTokenStatus) => ({ ...base, extraData: { networkTokenStatus } })),
    fc
      .record({
        date: fc.constantFrom('2026-01-10', '2026-01-11'),
        result: fc.constantFrom('active', 'suspended', 'pan_changed'),
      })
      .map(({ date, result }) => ({
        ...base,
        extraData: { lastNetworkTokenUpdateDate: date, lastNetworkTokenUpdateResult: result },
      })),
    fc
      .record({
        date: fc.constantFrom('2026-01-10', '2026-01-11'),
        result: fc.constantFrom('updated', 'closed', 'new_expiry', 'contact'),
      })
      .map(({ date, result }) => ({ ...base, extraData: { lastCardUpdateDate: date, lastCardUpdateResult: result } })),
    fc
      .constantFrom('active', 'PAUSED', 'cancelled', 'create-pending', 'non-existing', 'error')
      .map((scheduleStatus) => ({ ...base, scheduleData: [{ scheduleId: 'SC-1', scheduleStatus }] })),
  );
}

/** All bodies that one family of transactions may be told with. */
function pushedBody(main: string): fc.Arbitrary<Body> {
  // The link may stand in one statement and the result in another.
  const child = (id: string, type: string) =>
    fc.boolean().chain((linked) => pushedResult(`${main}-${id}`, type, linked ? { referenceUuid: main } : {}));
  return fc.oneof(
    { weight: 6, arbitrary: pushedResult(main, 'DEBIT') },
    { weight: 2, arbitrary: extras(main, 'DEBIT') },
    { weight: 3, arbitrary: child('r1', 'REFUND') },
    { weight: 1, arbitrary: child('r2', 'REFUND') },
    { weight: 1, arbitrary: child('c1', 'CAPTURE') },
    { weight: 1, arbitrary: child('v1', 'VOID') },
    {
      weight: 2,
      arbitrary: pushedResult(`${main}-cb`, 'CHARGEBACK', {
        chargebackData: { originalUuid: main, amount: 10, currency: 'EUR', reason: '10.4' },
      }),
    },
    {
      weight: 1,
      arbitrary: pushedResult(`${main}-rv`, 'CHARGEBACK-REVERSAL', {
        chargebackReversalData: { originalUuid: main, chargebackUuid: `${main}-cb` },
      }),
    },
    { weight: 1, arbitrary: pushedResult(`${main}-reg`, 'REGISTER') },
    { weight: 1, arbitrary: extras(`${main}-reg`, 'REGISTER') },
    { weight: 1, arbitrary: pushedResult(`${main}-der`, 'DEREGISTER', { referenceUuid: `${main}-reg` }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { uuid: main, result: 'INVALID_REQUEST' },
        { uuid: main, result: 'OK', transactionType: 'NEW' },
      ),
    },
  );
}

function reportedBody(main: string): fc.Arbitrary<Body> {
  return fc
    .record({
      returnType: fc.constantFrom('FINISHED', 'REDIRECT', 'PENDING', 'ERROR', 'PENDING_DCC'),
      transactionType: fc.constantFrom('DEBIT', 'PREAUTHORIZE', undefined),
    })
    .map(({ returnType, transactionType }) => ({
      result: { success: returnType !== 'ERROR', uuid: main, returnType },
      ...(transactionType && { request: { transactionType, amount: '10.00', currency: 'EUR' } }),
    }));
}

function fetchedBody(main: string): fc.Arbitrary<Body> {
  return fc
    .record({
      transactionStatus: fc.constantFrom('SUCCESS', 'ERROR', 'PENDING', 'CANCELLED'),
      uuid: fc.constantFrom(main, `${main}-r1`),
      amount: fc.constantFrom(...AMOUNTS),
    })
    .map(({ uuid, ...rest }) => ({
      success: true,
      uuid,
      transactionType: uuid === main ? 'debit' : 'refund',
      currency: 'EUR',
      ...rest,
    }));
}

/** Rows of one family: statements under one or two dates, answers that settle some of them. */
function family(main: string, most: number): fc.Arbitrary<Row[]> {
  const pushed = fc.tuple(pushedBody(main), fc.uniqueArray(minute, { minLength: 1, maxLength: 2 }));
  return fc
    .record({
      pushed: fc.array(pushed, { minLength: 1, maxLength: most }),
      reported: fc.array(reportedBody(main), { maxLength: 1 }),
      fetched: fc.array(fc.tuple(fetchedBody(main), minute, fc.infiniteStream(fc.boolean())), { maxLength: 2 }),
    })
    .map(({ pushed: pushes, reported, fetched }) => {
      const rows: Row[] = pushes.flatMap(([body, minutes]) =>
        minutes.map((at) => ({ source: 'pushed' as const, body: JSON.stringify(body), minute: at })),
      );
      const digests = [...new Set(rows.map((row) => digestOfBytes(Buffer.from(row.body))))];
      return [
        ...rows,
        ...reported.map((body) => ({ source: 'reported' as const, body: JSON.stringify(body), minute: 0 })),
        ...fetched.map(([body, at, seen]) => {
          const settles = digests.filter(() => seen.next().value);
          return { source: 'fetched' as const, body: JSON.stringify(body), minute: at, settles };
        }),
      ];
    });
}

export interface History {
  /** What there is to say, in the order of the story. */
  readonly rows: readonly Row[];
  /** The same in another order, every row at least once. */
  readonly shuffled: readonly Row[];
  /** Seed of the interleaving of workers and of the queue's refusals. */
  readonly seed: number;
}

/** Random stories of up to `families` payments with at most `most` pushed statements each. */
export function histories(families: number, most: number): fc.Arbitrary<History> {
  return fc
    .array(
      fc.constantFrom('a', 'b', 'c').chain((main) => family(main, most)),
      { minLength: 1, maxLength: families },
    )
    .map((all) => all.flat())
    .chain((rows) =>
      fc.record({
        rows: fc.constant(rows),
        repeats: fc.array(fc.nat({ max: Math.max(0, rows.length - 1) }), { maxLength: rows.length }),
        order: fc.infiniteStream(fc.nat()),
        seed: fc.integer({ min: 1, max: 0x7fffffff }),
      }),
    )
    .map(({ rows, repeats, order, seed }) => {
      const all = [...rows, ...repeats.flatMap((i) => rows[i] ?? [])];
      const keyed = all.map((row) => ({ row, key: order.next().value ?? 0 }));
      return { rows, shuffled: keyed.sort((a, b) => a.key - b.key).map(({ row }) => row), seed };
    });
}
