import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUBJECT_TYPES, type SubjectKey } from '#shared/model/vocabulary.ts';
import {
  aliasPk,
  callbackOfOutcome,
  callbackOfSeen,
  HEAD,
  idBehind,
  indexKey,
  isListKey,
  listedAt,
  listKey,
  outcomeKey,
  outcomeList,
  partSk,
  scopesPk,
  seenSk,
  subjectOf,
  subjectPk,
  versionSk,
} from './ledger-keys.ts';

const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '#', '~', '#~'),
);
const subject: fc.Arbitrary<SubjectKey> = fc.record({
  connectorId: fc.stringMatching(/^[A-Za-z0-9._~-]{1,64}$/),
  type: fc.constantFrom(...SUBJECT_TYPES),
  id: fc.oneof(
    id,
    id.map((text) => text.padEnd(2100, 'long')),
    fc.constantFrom('\uD83D', 'a\uDC00'),
  ),
});

describe('keys of subjects', () => {
  it('tell any two apart, fit into a key and lead back', () => {
    fc.assert(
      fc.property(subject, subject, (a, b) => {
        const pk = subjectPk(a);
        expect(Buffer.byteLength(pk)).toBeLessThanOrEqual(2048);
        expect(pk.isWellFormed()).toBe(true);
        expect(subjectOf(pk, idBehind(a))).toEqual(a);
        const same = a.connectorId === b.connectorId && a.type === b.type && a.id === b.id;
        expect(pk === subjectPk(b)).toBe(same);
      }),
    );
  });

  it('an id that looks like the digest of another is not taken for it', () => {
    const long = { connectorId: 'c', type: 'transaction', id: 'x'.repeat(3000) } as const;
    const [, digest = ''] = subjectPk(long).split('~');
    for (const posing of [digest, `~${digest}`, `#${digest}`]) {
      expect(subjectPk({ ...long, id: posing })).not.toBe(subjectPk(long));
    }
    expect(() => subjectOf(subjectPk(long), undefined)).toThrow(/does not say which id/);
    expect(() => subjectOf('@scopes#0', undefined)).toThrow(/not the key of a subject/);
  });

  it('are never those of other rows, whatever merchants and connectors are called', () => {
    const names = ['alias', 'scopes', 'outcome', 'digest', 'acme'];
    const others = names.flatMap((name) => [
      aliasPk(name, 'transaction', 'x'),
      scopesPk(1),
      outcomeKey(`${name}:transaction#x`).pk,
      outcomeList('failed', name),
    ]);
    for (const connectorId of names) {
      expect(others).not.toContain(subjectPk({ connectorId, type: 'transaction', id: 'x' }));
      expect(others).not.toContain(indexKey(connectorId, 'transaction', 'x'));
    }
  });
});

describe('rows of a subject', () => {
  it('sort: parts, seen callbacks, versions in order, the head last', () => {
    const keys = [
      partSk('x', 1),
      partSk('x', 2),
      seenSk('acme-cc-1:a'),
      seenSk('a'.repeat(2000)),
      versionSk(1),
      versionSk(9),
      versionSk(10),
      versionSk(9_999_999_999),
      HEAD,
    ];
    expect(keys.toSorted()).toEqual(keys);
    expect(versionSk(3)).toBe('v#0000000003');
    for (const bad of [-1, 1.5, 10_000_000_000]) expect(() => versionSk(bad)).toThrow(/at most ten digits/);
  });

  it('a callback id that is too long for a key is known by its digest', () => {
    const long = `acme-cc-1:${'é'.repeat(1200)}`;
    expect(Buffer.byteLength(seenSk(long))).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(outcomeKey(long).pk)).toBeLessThanOrEqual(2048);
    expect([callbackOfSeen(seenSk(long)), callbackOfOutcome(outcomeKey(long).pk)]).toEqual([undefined, undefined]);
    expect(callbackOfSeen(seenSk('a:b#c'))).toBe('a:b#c');
    expect(callbackOfOutcome(outcomeKey('a:b#c').pk)).toBe('a:b#c');
  });

  it('places in lists go by time, and only such are taken from a cursor', () => {
    const at = '2026-01-15T09:00:00.001Z';
    const place = listKey(at, 'a#transaction#x');
    expect([isListKey(place), listedAt(place)]).toEqual([true, at]);
    // A bound of a range is a time: from inclusive, to exclusive.
    expect(place > at).toBe(true);
    expect(place < '2026-01-15T09:00:00.002Z').toBe(true);
    for (const bad of ['', at, `${place}0`, `x${place}`, '~']) expect(isListKey(bad), bad).toBe(false);
  });
});
