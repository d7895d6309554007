import { describe, expect, it } from 'vitest';
import { failureOnTheWay, rateLimited } from './ask-trouble.ts';
import { OUTBOUND_TROUBLES } from './outbound.ts';

const NOW = new Date('2026-07-14T09:30:00.000Z');

describe('failureOnTheWay', () => {
  it.each(OUTBOUND_TROUBLES)('%s', (code) => {
    const trouble = { ok: false, code, detail: `what was wrong: ${code}`, sent: false, attempts: 1 } as const;
    const cannot = ['host_invalid', 'request_invalid', 'address_refused'].includes(code);
    const malformed = ['redirected', 'answer_too_large', 'answer_malformed'].includes(code);
    const outcome = cannot ? 'cannot' : malformed ? 'malformed' : 'down';
    expect(failureOnTheWay(trouble)).toEqual({ outcome, detail: `what was wrong: ${code}` });
  });
});

describe('rateLimited', () => {
  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0', undefined],
    ['-5', undefined],
    ['1.5e3', undefined],
    ['999999999', 86_400_000],
    ['9999999999', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Tue, 14 Jul 2026 09:31:00 GMT', 60_000],
    ['Tue, 14 Jul 2026 09:29:00 GMT', undefined],
    ['Tue, 14 Jul 2027 09:31:00 GMT', 86_400_000],
  ])('retry-after %j', (value, retryAfterMs) => {
    const headers: Readonly<Record<string, string>> = value === undefined ? {} : { 'retry-after': value };
    const said = rateLimited({ headers }, 'too often', NOW);
    expect(said).toEqual({
      outcome: 'rate_limited',
      detail: 'too often',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  });

  it('reads no date where nobody says what time it is', () => {
    const date = { headers: { 'retry-after': 'Tue, 14 Jul 2026 09:31:00 GMT' } };
    expect(rateLimited(date, 'too often')).toEqual({ outcome: 'rate_limited', detail: 'too often' });
    expect(rateLimited({ headers: { 'retry-after': '3' } }, 'too often')).toMatchObject({ retryAfterMs: 3_000 });
  });
});
