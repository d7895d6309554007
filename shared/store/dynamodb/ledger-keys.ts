import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type SubjectKey, type SubjectType, subjectName } from '#shared/model/vocabulary.ts';

export type Item = Record<string, AttributeValue>;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Every list is spread over so many partitions of its index: 4,000 new subjects of one merchant a second (1,000 write
 * units each), as much as a new table bears at all. Rows keep the number they were put with: it may grow, never shrink.
 */
export const SHARDS: readonly number[] = [0, 1, 2, 3];

export const HEAD = 'v#head';

/** Bounds of a subject's rows: parts of large versions first, then seen callbacks, then versions, the head last. */
export const FIRST_SEEN = 'seen';
export const FIRST_VERSION = 'v#';
export const LAST_NUMBER = 9_999_999_999;
export const LAST_VERSION = `v#${LAST_NUMBER}`;

const MOST_PARTITION_BYTES = 2048;
const MOST_SORT_BYTES = 1024;

/** No id of a connector or merchant begins so: these rows are nobody's subject. */
const OWN = '@';

/**
 * `<connectorId>#<type>#<id>`; an id that DynamoDB would refuse (too long) or change (half a surrogate pair) is replaced
 * by its digest behind `~`, which no type ends in: then the row says the id itself.
 */
export function subjectPk({ connectorId, type, id }: SubjectKey): string {
  const plain = `${connectorId}#${type}#${id}`;
  return isKept(plain, MOST_PARTITION_BYTES) ? plain : `${connectorId}#${type}~${digestOf(id)}`;
}

/** The subject of a partition; `id` as the row says it, where the key holds but its digest. */
export function subjectOf(pk: string, id: string | undefined): SubjectKey {
  const [, connectorId = '', type, mark, rest = ''] = /^([^#]*)#([a-z]+)([#~])(.*)$/s.exec(pk) ?? [];
  if (type === undefined) throw new Error(`${JSON.stringify(pk)} is not the key of a subject in the ledger.`);
  if (mark === '~' && id === undefined) throw new Error(`The ledger row ${pk} does not say which id it stands for.`);
  return { connectorId, type: type as SubjectType, id: mark === '~' ? (id ?? '') : rest };
}

/** The id where the subject's key holds but its digest. */
export function idBehind(key: SubjectKey): string | undefined {
  return subjectPk(key).startsWith(`${key.connectorId}#${key.type}~`) ? key.id : undefined;
}

export function versionSk(version: number): string {
  if (!Number.isInteger(version) || version < 0 || version > LAST_NUMBER) {
    throw new RangeError(`version is ${version}: it must be a whole number of at most ten digits.`);
  }
  return `v#${String(version).padStart(10, '0')}`;
}

export function seenSk(callbackId: string): string {
  const plain = `seen#${callbackId}`;
  return isKept(plain, MOST_SORT_BYTES) ? plain : `seen~${digestOf(callbackId)}`;
}

/** The callback of a seen row, unless the key holds but its digest. */
export function callbackOfSeen(sk: string): string | undefined {
  return sk.startsWith('seen#') ? sk.slice('seen#'.length) : undefined;
}

/** Parts are named by what they hold: rivals for one version never overwrite each other's, and a repeat is harmless. */
export function partSk(digest: string, number: number): string {
  return `${partPrefix(digest)}${String(number).padStart(4, '0')}`;
}

export function partPrefix(digest: string): string {
  return `part#${digest}#`;
}

/** Place of a row in a list: by time, and among equal times one after the other. `at` is as toISOString writes it. */
export function listKey(at: string, pk: string): string {
  return `${at}#${digestOf(pk).slice(0, LIST_DIGITS)}`;
}

export function listedAt(key: string): string {
  return key.slice(0, -1 - LIST_DIGITS);
}

const LIST_DIGITS = 16;

export function isListKey(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9a-f]{16}$/.test(text);
}

export function shardOf(pk: string): number {
  return Number.parseInt(digestOf(pk).slice(-1), 16) % SHARDS.length;
}

/** Partition of an index: the subjects of a merchant and type that have something in common. */
export function indexKey(merchantId: string, type: SubjectType, common: string | number): string {
  return boundedKey(indexKeyPrefix(merchantId, type), String(common));
}

export function indexKeyPrefix(merchantId: string, type: SubjectType): string {
  return `${merchantId}#${type}#`;
}

/** What behind the prefix makes an index key; undefined where the key holds but a digest. */
export function commonOf(key: string, prefix: string): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** Partition of the rows that lead from one of an instrument's other ids to it. */
export function aliasPk(merchantId: string, type: SubjectType, alias: string): string {
  return boundedKey(`${OWN}alias#${merchantId}#${type}#`, alias);
}

/** Partition that says which merchants a connector's subjects belong to. */
export function scopesPk(shard: number): string {
  return `${OWN}scopes#${shard}`;
}

export function scopesPkOf(connectorId: string): string {
  return scopesPk(shardOf(connectorId));
}

const OUTCOME = `${OWN}outcome#`;

export function outcomeKey(callbackId: string): ItemKey {
  return { pk: boundedKey(OUTCOME, callbackId), sk: 'outcome' };
}

/** The callback of an outcome row, unless the key holds but its digest. */
export function callbackOfOutcome(pk: string): string | undefined {
  return commonOf(pk, OUTCOME);
}

/** Partition of the index `byList` (a shard) or `byReference` (a connector) with all callbacks of one outcome. */
export function outcomeList(outcome: string, part: string | number): string {
  return boundedKey(`${OUTCOME}${outcome}#`, String(part));
}

export function dueShard(pk: string): string {
  return dueShardOf(shardOf(pk));
}

/** Partitions of the index `byDue`. */
export function dueShards(): readonly string[] {
  return SHARDS.map(dueShardOf);
}

function dueShardOf(shard: number): string {
  return `due#${shard}`;
}

export function keyItem({ pk, sk }: ItemKey): Item {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function keyName(key: SubjectKey): string {
  return JSON.stringify(subjectName(key));
}

function boundedKey(prefix: string, text: string): string {
  const plain = prefix + text;
  return isKept(plain, MOST_PARTITION_BYTES) ? plain : `${OWN}digest#${digestOf(plain)}`;
}

function isKept(text: string, mostBytes: number): boolean {
  return Buffer.byteLength(text) <= mostBytes && text.isWellFormed();
}

/** Lower-case hex; of UTF-16, which tells half surrogate pairs apart. */
function digestOf(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');
}
