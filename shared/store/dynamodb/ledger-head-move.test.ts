import { describe, expect, it } from 'vitest';
import { headItem } from './ledger-head-item.ts';
import { headMoveOfRecord } from './ledger-head-move.ts';
import { subjectPk } from './ledger-keys.ts';

const key = { connectorId: 'acme-cc-1', type: 'transaction', id: 'a#b' } as const;

function image(
  version: number,
  id: string = key.id,
): Record<string, { S?: string | undefined; N?: string | undefined }> {
  const head = headItem({
    key: { ...key, id },
    version,
    merchantId: 'acme',
    mode: 'live',
    createdAt: '2026-01-15T09:00:00.000Z',
    updatedAt: '2026-01-15T09:00:00.000Z',
    kind: 'debit',
    status: 'FINISHED',
    flags: [],
    aliases: [],
  });
  return Object.fromEntries(Object.entries(head).map(([name, { S, N }]) => [name, { S, N }]));
}

function record(eventName: string, before?: number, after?: number) {
  const Keys = { pk: { S: subjectPk(key) }, sk: { S: 'v#head' } };
  return {
    eventName,
    dynamodb: { Keys, ...(before && { OldImage: image(before) }), ...(after && { NewImage: image(after) }) },
  };
}

describe('headMoveOfRecord', () => {
  it('a head that is new has moved from before the first version', () => {
    expect(headMoveOfRecord(record('INSERT', undefined, 1))).toEqual({ key, after: 0, upTo: 1 });
    expect(headMoveOfRecord(record('INSERT', undefined, 3))).toEqual({ key, after: 0, upTo: 3 });
  });

  it('a head that skips versions names all that lie between', () => {
    expect(headMoveOfRecord(record('MODIFY', 2, 5))).toEqual({ key, after: 2, upTo: 5 });
  });

  it('a removed head, one that went nowhere or back, and other rows say nothing', () => {
    expect(headMoveOfRecord(record('REMOVE', 5))).toBeUndefined();
    expect(headMoveOfRecord(record('MODIFY', 5, 5))).toBeUndefined();
    expect(headMoveOfRecord(record('MODIFY', 5, 4))).toBeUndefined();
    expect(headMoveOfRecord({ eventName: 'INSERT' })).toBeUndefined();
    const version = record('INSERT', undefined, 1);
    version.dynamodb.Keys.sk = { S: 'v#0000000001' };
    expect(headMoveOfRecord(version)).toBeUndefined();
  });

  it('a head that was taken out of the index of due times has not moved', () => {
    const taken = record('MODIFY', 5, 5);
    taken.dynamodb.OldImage = { ...image(5), dueShard: { S: 'due#1' } };
    expect(headMoveOfRecord(taken)).toBeUndefined();
  });

  it('an id too long for a key is read from the row', () => {
    const long = { ...key, id: 'x'.repeat(3000) };
    const moved = record('INSERT', undefined, 1);
    moved.dynamodb.Keys.pk = { S: subjectPk(long) };
    moved.dynamodb.NewImage = image(1, long.id);
    expect(headMoveOfRecord(moved)).toEqual({ key: long, after: 0, upTo: 1 });
  });

  it('a stream without new images is a mistake of the table that must not pass for quiet', () => {
    expect(() => headMoveOfRecord(record('MODIFY', 2))).toThrow(/NEW_AND_OLD_IMAGES/);
  });
});
