import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoSend } from './dynamo-send.ts';
import { BUCKETS, timeBucket } from './inbox-item.ts';

/** A callback in the index by time. */
export interface IndexEntry {
  readonly callbackId: string;
  /** Time and digest of the id: unique, and the order of lists. */
  readonly listKey: string;
}

export interface IndexRange {
  readonly connectorIds: readonly string[];
  readonly order: 'oldest' | 'newest';
  /** Inclusive; '' is no bound. No list key equals a bare time. */
  readonly from: string;
  readonly to: string;
  /** List key of the last entry given out: neither it nor what stands before it. */
  readonly after?: string;
}

export interface IndexReader {
  readonly client: DynamoSend;
  readonly table: string;
}

/** One bucket of one connector, read as far as was needed. */
interface Run {
  readonly bucket: string;
  entries: readonly IndexEntry[];
  next: Record<string, AttributeValue> | undefined;
  ended: boolean;
}

const AT_ONCE = 32;

/** The first `count` callbacks of a range over all buckets of its connectors, in order. Eventually consistent, as indexes are. */
export async function firstEntries(reader: IndexReader, range: IndexRange, count: number): Promise<IndexEntry[]> {
  const bounds = keyBounds(range);
  if (bounds === undefined) return [];
  const runs = range.connectorIds.flatMap((id) => Array.from({ length: BUCKETS }, (_, n) => runOf(timeBucket(id, n))));
  // Buckets fill evenly: half as much again as an even share seldom needs a second query.
  const share = Math.min(count, Math.max(4, Math.ceil((1.5 * count) / Math.max(1, runs.length))));
  const fill = (run: Run) => readOn(reader, range, bounds, run, share);
  for (let i = 0; i < runs.length; i += AT_ONCE) await Promise.all(runs.slice(i, i + AT_ONCE).map(fill));

  const found: IndexEntry[] = [];
  while (found.length < count) {
    const run = foremost(runs, range.order);
    const [entry, ...rest] = run?.entries ?? [];
    if (run === undefined || entry === undefined) return found;
    found.push(entry);
    run.entries = rest;
    if (rest.length === 0 && !run.ended) await fill(run);
  }
  return found;
}

function runOf(bucket: string): Run {
  return { bucket, entries: [], next: undefined, ended: false };
}

function foremost(runs: readonly Run[], order: IndexRange['order']): Run | undefined {
  let best: Run | undefined;
  for (const run of runs) {
    const key = run.entries[0]?.listKey;
    const bestKey = best?.entries[0]?.listKey;
    if (key === undefined) continue;
    if (bestKey === undefined || (order === 'oldest' ? key < bestKey : key > bestKey)) best = run;
  }
  return best;
}

/** Reads the run until it has entries or ends. */
async function readOn(reader: IndexReader, range: IndexRange, bounds: Bounds, run: Run, share: number): Promise<void> {
  do {
    const { Items, LastEvaluatedKey } = await reader.client.send(
      new QueryCommand({
        TableName: reader.table,
        IndexName: 'byTime',
        KeyConditionExpression: `timeBucket = :bucket${bounds.condition}`,
        ExpressionAttributeValues: { ':bucket': { S: run.bucket }, ...bounds.values },
        ScanIndexForward: range.order === 'oldest',
        Limit: share,
        ...(run.next === undefined ? {} : { ExclusiveStartKey: run.next }),
      }),
    );
    run.entries = (Items ?? []).map(entryOf).filter((entry) => entry.listKey !== range.after);
    run.next = LastEvaluatedKey;
    run.ended = LastEvaluatedKey === undefined;
  } while (run.entries.length === 0 && !run.ended);
}

function entryOf(item: Record<string, AttributeValue>): IndexEntry {
  const callbackId = item['pk']?.S;
  const listKey = item['listKey']?.S;
  if (callbackId === undefined || listKey === undefined)
    throw new TypeError('The index byTime gave an entry without keys.');
  return { callbackId, listKey };
}

interface Bounds {
  readonly condition: string;
  readonly values: Record<string, AttributeValue>;
}

/** A sort key takes one condition, and BETWEEN includes both ends; undefined: nothing can be between them. */
function keyBounds(range: IndexRange): Bounds | undefined {
  const { order, from, to, after } = range;
  const least = order === 'oldest' && after !== undefined && after > from ? after : from;
  const most = order === 'newest' && after !== undefined && (to === '' || after < to) ? after : to;
  if (least !== '' && most !== '') {
    if (least > most) return undefined;
    return {
      condition: ' AND listKey BETWEEN :least AND :most',
      values: { ':least': { S: least }, ':most': { S: most } },
    };
  }
  if (least !== '') return { condition: ' AND listKey >= :least', values: { ':least': { S: least } } };
  if (most !== '') return { condition: ' AND listKey <= :most', values: { ':most': { S: most } } };
  return { condition: '', values: {} };
}
