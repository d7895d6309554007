import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { compareRank, type Evidence, type Rank } from './fact.ts';
import { evidenceOf, grow, merge, NO_EVIDENCE, sameEvidence } from './merge.ts';

const rank = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('', 'a', 'b')), { maxLength: 3 });
const content = fc.record({ rank, value: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y')) });
const evidence: fc.Arbitrary<Evidence> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('s/1', 's/2', 's/3', 't'), content), { selector: ([slot]) => slot })
  .map((slots) => merge(NO_EVIDENCE, Object.fromEntries(slots)));

describe('merge', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(evidence, evidence, (a, b) => {
        expect(canonicalJson(merge(a, b))).toBe(canonicalJson(merge(b, a)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(evidence, evidence, evidence, (a, b, c) => {
        expect(canonicalJson(merge(merge(a, b), c))).toBe(canonicalJson(merge(a, merge(b, c))));
      }),
      { numRuns: 1000 },
    );
  });

  it('is idempotent, and nothing changes what is merged with nothing', () => {
    fc.assert(
      fc.property(evidence, (a) => {
        expect(canonicalJson(merge(a, a))).toBe(canonicalJson(a));
        expect(canonicalJson(merge(a, NO_EVIDENCE))).toBe(canonicalJson(a));
        expect(sameEvidence(merge(a, a), a)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows whether it grew without looking at what it knew', () => {
    fc.assert(
      fc.property(evidence, evidence, (a, b) => {
        const grown = grow(a, b);
        expect(canonicalJson(grown.evidence)).toBe(canonicalJson(merge(a, b)));
        expect(grown.changed).toBe(!sameEvidence(grown.evidence, a));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps the greater rank of a slot, on a tie the greater digest, never the later', () => {
    const subject = { type: 'transaction', id: '1' } as const;
    const low = { subject, slot: 's', rank: [1], value: 'low' };
    const high = { subject, slot: 's', rank: [1, 'a'], value: 'high' };
    const tie = { subject, slot: 's', rank: [1, 'a'], value: 'tie' };
    expect(evidenceOf([high, low])['s']?.value).toBe('high');
    expect(evidenceOf([low, high])['s']?.value).toBe('high');
    expect(evidenceOf([high, tie])).toEqual(evidenceOf([tie, high]));
  });

  it('has its slots sorted, whatever order they came in', () => {
    const one = { rank: [], value: 1 };
    expect(Object.keys(merge({ b: one }, { a: one }))).toEqual(['a', 'b']);
  });
});

describe('compareRank', () => {
  it.each<[Rank, Rank]>([
    [[1], [2]],
    [[9], [10]],
    [[5], ['']],
    [['a'], ['b']],
    [[1], [1, 0]],
    [
      [1, 'z'],
      [2, 'a'],
    ],
  ])('%j is less than %j', (less, more) => {
    expect(compareRank(less, more)).toBeLessThan(0);
    expect(compareRank(more, less)).toBeGreaterThan(0);
    expect(compareRank(less, [...less])).toBe(0);
  });
});
