import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { CALLBACK_DICTIONARY_1 } from './dictionary-callback-1.ts';
import { pack } from './packing.ts';

export type Item = Record<string, AttributeValue>;

/** Sort key of a row, apart from the parts of a large body; the stream's filter looks at it. */
export const ROW = 'row';
const PART = 'part';

/**
 * One partition of the time index takes 1,000 callbacks a second, and a full one stops the table itself; so this many a
 * connector. Lists read them all: a number that grows must let old rows be found, so it can only grow.
 */
export const BUCKETS = 4;

/** Largest item, names included: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Limits.html "Items". */
export const MAX_ITEM_BYTES = 400 * 1024;
/** What a part carries; its keys and times take the rest. */
const PART_BYTES = MAX_ITEM_BYTES - 4_096;
/** A number takes at most as much as this, whatever its digits. */
const NUMBER_BYTES = 21;
const DAY_SECONDS = 86_400;

/** Names what a row's body was cut into; the digest is of all parts together, so that equal names hold equal bytes. */
export interface PartsName {
  readonly callbackId: string;
  readonly digest: string;
  readonly count: number;
}

export interface InboxItems {
  /** Written before the row; empty for all but very large bodies. */
  readonly parts: readonly Item[];
  readonly row: Item;
}

/** What one callback is in the table. The digest of its body stands outside what is packed, to tell a repeat from another body. */
export function inboxItems(row: InboxRow, retentionDays: number): InboxItems {
  const { callbackId, receivedAt, bodySha256, body, ...head } = row;
  const expiresAt = Math.floor(Date.parse(receivedAt) / 1000) + retentionDays * DAY_SECONDS;
  const keys: Item = {
    pk: { S: callbackId },
    sk: { S: ROW },
    timeBucket: { S: timeBucket(row.connectorId, bucketOf(callbackId)) },
    listKey: { S: listKey(receivedAt, callbackId) },
    bodySha256: { B: Buffer.from(bodySha256, 'hex') },
    expiresAt: { N: String(expiresAt) },
  };
  // No JSON has a bare NUL: it ends the head.
  const headBytes = Buffer.from(`${JSON.stringify(head)}\u0000`);
  const whole: Item = { ...keys, packed: { B: pack(Buffer.concat([headBytes, body]), CALLBACK_DICTIONARY_1) } };
  if (itemBytes(whole) <= MAX_ITEM_BYTES) return { parts: [], row: whole };

  const packedBody = pack(body, CALLBACK_DICTIONARY_1);
  const chunks = chunksOf(packedBody, PART_BYTES);
  const name: PartsName = { callbackId, digest: sha256(packedBody), count: chunks.length };
  return {
    // A part may be put again with a repeat: it stays a day longer than any row that names it.
    parts: chunks.map((chunk, index) => partItem(name, index, chunk, expiresAt + DAY_SECONDS)),
    row: {
      ...keys,
      packed: { B: pack(headBytes, CALLBACK_DICTIONARY_1) },
      partDigest: { S: name.digest },
      partCount: { N: String(name.count) },
    },
  };
}

/** A partition of its own for each part: one key alone could not take a megabyte in a second. */
export function partKey(name: PartsName, index: number): Item {
  return { pk: { S: `${name.callbackId}#${name.digest}#${index + 1}` }, sk: { S: PART } };
}

/**
 * One partition of the index. No day stands in it: the sort key orders by time, the newest end would be as hot with a day as
 * without, and a list would have to walk over empty days.
 */
export function timeBucket(connectorId: string, bucket: number): string {
  return `${connectorId}#${bucket}`;
}

/** Sorts by time and is never the same for two callbacks, so that a page can begin anywhere. */
function listKey(receivedAt: string, callbackId: string): string {
  return `${receivedAt}#${sha256(callbackId).slice(0, 16)}`;
}

export function isListKey(text: string): boolean {
  return /^[^#]{1,40}#[A-Za-z0-9_-]{16}$/.test(text);
}

export function receivedAtOf(key: string): string {
  return key.slice(0, key.lastIndexOf('#'));
}

/** Bytes that DynamoDB counts, at most: names and values. */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => {
    const bytes = value.B?.byteLength ?? (value.S === undefined ? NUMBER_BYTES : Buffer.byteLength(value.S));
    return sum + Buffer.byteLength(name) + bytes;
  }, 0);
}

function partItem(name: PartsName, index: number, chunk: Uint8Array, expiresAt: number): Item {
  return { ...partKey(name, index), packed: { B: chunk }, expiresAt: { N: String(expiresAt) } };
}

function bucketOf(callbackId: string): number {
  return createHash('sha256').update(callbackId).digest().readUInt32BE(0) % BUCKETS;
}

function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url');
}
