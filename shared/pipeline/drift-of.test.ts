import { describe, expect, it } from 'vitest';
import type { TransactionNotification } from '#shared/model/notification.ts';
import type { TransactionStatus } from '#shared/model/vocabulary.ts';
import { driftOf } from './drift-of.ts';

const eur = (value: string) => ({ value, minor: Math.round(Number(value) * 100), currency: 'EUR' });
const state = { status: 'FINISHED', amount: eur('24.50') } as const;

function answer(status: TransactionStatus, change: Partial<TransactionNotification> = {}): TransactionNotification {
  const fixed = { about: 'transaction', id: 'tx', status, final: true, correction: 'none' } as const;
  return { ...fixed, expiresAfterMinutes: 60, fields: {}, anomalies: [], amount: { amount: eur('24.50') }, ...change };
}

describe('drift', () => {
  it('is another status or another amount', () => {
    expect(driftOf('tx', state, [answer('FINISHED')])).toEqual([]);
    expect(driftOf('tx', state, [answer('ERROR')])).toEqual([{ what: 'status', ours: 'FINISHED', theirs: 'ERROR' }]);
    expect(driftOf('tx', state, [answer('FINISHED', { amount: { amount: eur('24.05') } })])).toEqual([
      { what: 'amount', ours: '24.50 EUR', theirs: '24.05 EUR' },
    ]);
    const yen = { amount: { value: '24.50', minor: null, currency: 'JPY' } };
    expect(driftOf('tx', state, [answer('PENDING', { amount: yen })]).map((one) => one.what)).toEqual([
      'status',
      'amount',
    ]);
  });

  it('is not what is said of others, a hint, a detail, or what is not said', () => {
    const others = [
      answer('ERROR', { id: 'tx~void' }),
      answer('ERROR', { hint: true }),
      answer('ERROR', { detailOnly: true }),
    ];
    const notice = { about: 'notice', status: 'UNRECOGNIZED', reason: 'unknown' } as const;
    const { amount: _, ...noAmount } = answer('FINISHED');
    expect(driftOf('tx', state, [...others, notice, noAmount])).toEqual([]);
    expect(driftOf('tx', { status: 'FINISHED' }, [answer('FINISHED')])).toEqual([]);
  });

  it('is a cancellation that the state does not show, and not what a correction has replaced', () => {
    const cancelled = answer('ERROR', { cancelled: true });
    expect(driftOf('tx', state, [cancelled])).toEqual([{ what: 'status', ours: 'FINISHED', theirs: 'CANCELLED' }]);
    expect(driftOf('tx', { ...state, cancelled: true }, [cancelled])).toEqual([]);
    const corrected = {
      ...state,
      amount: eur('20.00'),
      correction: { source: 'settlement', original: eur('24.50') },
    } as const;
    expect(driftOf('tx', corrected, [answer('FINISHED')])).toEqual([]);
  });
});
