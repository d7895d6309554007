import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { subjectName } from '#shared/model/vocabulary.ts';
import { aboutName } from '#shared/pipeline/about-name.ts';
import type { ConfirmId, ConfirmRequest, CursorId, ParkingCursor } from '#shared/pipeline/ports.ts';

export type Item = Record<string, AttributeValue>;

/**
 * Every list and every subscription's cursors are spread over so many partitions: a queue that refuses at full traffic
 * may park 4,000 subjects a second (1,000 write units each), as much as a new table bears at all.
 */
export const SHARDS: readonly number[] = [0, 1, 2, 3];

export const CURSOR_STATES: readonly ParkingCursor['state'][] = ['waiting', 'paused', 'dead'];

/** A sort key may have 1,024 bytes, a partition key 2,048; what stands before an id is shorter than the difference. */
const LONGEST_ID_BYTES = 900;
const HASHED = /~[0-9a-f]{64}$/;

/**
 * An id as part of a key: itself, or its beginning and its SHA-256 where DynamoDB would refuse it or (half a surrogate
 * pair) change it. What looks hashed already is hashed too, so that no id can pose as another.
 */
function keyText(id: string): string {
  if (Buffer.byteLength(id) <= LONGEST_ID_BYTES && id.isWellFormed() && !HASHED.test(id)) return id;
  const digest = createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex');
  return `${id.slice(0, 100).toWellFormed()}~${digest}`;
}

export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

/** A subscription's cursors lie together, so that all of them can be read consistently (release, postpone, delete). */
export function cursorKey({ merchantId, subscriptionId, subject }: CursorId): RowKey {
  const sk = keyText(subjectName(subject));
  return { pk: cursorPartition(merchantId, subscriptionId, shardOf(sk)), sk };
}

export function cursorPartition(merchantId: string, subscriptionId: string, shard: number): string {
  return `cursor#${merchantId}/${subscriptionId}#${shard}`;
}

export function failedKey(callbackId: string): RowKey {
  return { pk: `failed#${keyText(callbackId)}`, sk: 'failed' };
}

/** One a thing and evidence: the same question is never written twice. All about one thing lie together. */
export function confirmationKey(id: ConfirmId): RowKey {
  return { pk: confirmationPartition(id), sk: keyText(id.evidenceDigest) };
}

export function confirmationPartition(id: Pick<ConfirmId, 'connectorId' | 'about'>): string {
  return `confirmation#${keyText(aboutName(id))}`;
}

/** Of a rate at a gateway's API (GCRA): one item each. */
export function turnKey(rateId: string): RowKey {
  return { pk: `turn#${keyText(rateId)}`, sk: 'turn' };
}

export function askPauseKey(connectorId: string): RowKey {
  return { pk: `askpause#${connectorId}`, sk: 'askpause' };
}

export function oldSecretPartition(connectorId: string, shard: number): string {
  return `oldsecret#${connectorId}#${shard}`;
}

export function keyItem({ pk, sk }: RowKey): Item {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** Of a row in the index byNextAt: only cursors that wait for a time are in it. */
export function nextAtShard(key: RowKey): string {
  return `due#${shardOf(key.sk)}`;
}

export const NEXT_AT_SHARDS: readonly string[] = SHARDS.map((shard) => `due#${shard}`);

/** Of a cursor in the index byKind: by state, so that dead ones are counted and listed without reading the others. */
export function cursorKind(state: ParkingCursor['state'], key: RowKey): string {
  return `cursor#${state}#${shardOf(key.sk)}`;
}

/** Of a question that waits, in the index byNextAt: in parts of its own, apart from parking. */
export function askShard(key: RowKey): string {
  return `ask#${shardOf(key.pk + key.sk)}`;
}

export const ASK_SHARDS: readonly string[] = SHARDS.map((shard) => `ask#${shard}`);

/** Of a question in the index byKind. Rows of before had the kind without a state: they are in no list. */
export function confirmationKind(state: ConfirmRequest['state'], key: RowKey): string {
  return `confirmation#${state}#${shardOf(key.pk + key.sk)}`;
}

/** Of a failed row in the index byKind. */
export function failedKind(key: RowKey): string {
  return `failed#${shardOf(key.pk + key.sk)}`;
}

export function kindsOf(
  name: 'failed' | `confirmation#${ConfirmRequest['state']}` | `cursor#${ParkingCursor['state']}`,
): string[] {
  return SHARDS.map((shard) => `${name}#${shard}`);
}

/** Place in a list: by time, and among equal times one after the other. `at` is an ISO time as toISOString writes it. */
export function listKey(at: string, { pk, sk }: RowKey): string {
  return `${at}#${createHash('sha256').update(`${pk}\n${sk}`).digest('base64url').slice(0, 16)}`;
}

/** The time in a {@link listKey}. */
export function listedAt(key: string): string {
  return key.slice(0, key.lastIndexOf('#'));
}

export function shardOf(text: string): number {
  return (createHash('sha256').update(text).digest()[0] ?? 0) % SHARDS.length;
}
