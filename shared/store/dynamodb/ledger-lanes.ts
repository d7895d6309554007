import { QueryCommand, type QueryInput } from '@aws-sdk/client-dynamodb';
import { decodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { PageRequest } from '#shared/registry/records.ts';
import { type Item, isListKey } from './ledger-keys.ts';
import type { LedgerTable } from './ledger-reads.ts';

/** Rows that lie together sorted by their list key: a partition of an index, or the rows of an alias. */
export interface Lane {
  /** Absent: the table itself, where `sk` is the list key. */
  readonly index?: 'byReference' | 'byPurchase' | 'byList';
  readonly partition: string;
}

const INDEX_KEYS = { byReference: 'referenceKey', byPurchase: 'purchaseKey', byList: 'listShard' } as const;

/** List keys from … to, and behind that of the cursor. */
export interface LaneRange {
  readonly from: string;
  readonly to: string;
  readonly behind?: string;
}

export interface LaneEntry {
  readonly listKey: string;
  readonly item: Item;
}

const MOST_ROWS = 500;

/** Queries under way at once. */
const SIDE_BY_SIDE = 32;

/** @throws RangeError: the admin API checks the limit before it asks. */
export function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new RangeError(`limit is ${limit}: it must be a whole number from 1 to ${MOST_ROWS}.`);
}

/** The part of a list that a page begins; `from` and `to` are ISO times, to exclusive: list keys go on behind the time. */
export function rangeOf(
  list: string,
  query: PageRequest & { readonly from?: string; readonly to?: string },
): LaneRange {
  const { from = '0', to = '~', cursor } = query;
  if (cursor === undefined) return { from, to };
  const behind = String(decodeCursor(list, cursor, ['string'])[0]);
  if (!isListKey(behind)) throw new InvalidCursorError(list, cursor);
  const [end = behind] = [behind, to].sort();
  return { from, to: end, behind };
}

function queryLane(table: string, lane: Lane, range: LaneRange, limit: number, start?: Item): QueryInput {
  return {
    TableName: table,
    ...(lane.index !== undefined && { IndexName: lane.index }),
    KeyConditionExpression: '#partition = :partition AND #place BETWEEN :from AND :to',
    ExpressionAttributeNames: {
      '#partition': lane.index === undefined ? 'pk' : INDEX_KEYS[lane.index],
      '#place': placeName(lane),
    },
    ExpressionAttributeValues: {
      ':partition': { S: lane.partition },
      ':from': { S: range.from },
      ':to': { S: range.to },
    },
    ScanIndexForward: false,
    Limit: limit,
    ...(start !== undefined && { ExclusiveStartKey: start }),
  };
}

/**
 * The rows of all lanes as one list, greatest list key first. `wanted`: how many will probably be taken; each lane is read
 * when needed, twice as much each time.
 */
export async function* newestFirst(
  ledger: LedgerTable,
  lanes: readonly Lane[],
  range: LaneRange,
  wanted: number,
): AsyncGenerator<LaneEntry> {
  if (range.from > range.to) return;
  const first = Math.min(wanted, Math.max(10, Math.ceil((2 * wanted) / lanes.length)));
  const readers = lanes.map((lane) => new LaneReader(ledger, lane, range, first));
  for (let at = 0; at < readers.length; at += SIDE_BY_SIDE) {
    await Promise.all(readers.slice(at, at + SIDE_BY_SIDE).map((reader) => reader.refill()));
  }
  for (;;) {
    const next = readers.reduce<LaneReader | undefined>(ahead, undefined);
    const entry = next?.take();
    if (entry === undefined) return;
    await next?.refill();
    // A page ends between two rows: the one that the cursor names was in the page before.
    if (entry.listKey !== range.behind) yield entry;
  }
}

function ahead(best: LaneReader | undefined, one: LaneReader): LaneReader {
  return best !== undefined && best.front >= one.front ? best : one;
}

class LaneReader {
  private readonly ledger: LedgerTable;
  private readonly lane: Lane;
  private readonly range: LaneRange;
  private limit: number;
  private entries: readonly LaneEntry[] = [];
  private at = 0;
  private start: Item | undefined;
  private ended = false;

  constructor(ledger: LedgerTable, lane: Lane, range: LaneRange, limit: number) {
    this.ledger = ledger;
    this.lane = lane;
    this.range = range;
    this.limit = limit;
  }

  /** The list key of the row that comes next; empty at the end. */
  get front(): string {
    return this.entries[this.at]?.listKey ?? '';
  }

  take(): LaneEntry | undefined {
    return this.entries[this.at++];
  }

  /** Reads on where nothing is left, so that `front` is right. */
  async refill(): Promise<void> {
    while (this.at >= this.entries.length && !this.ended) {
      const { client, table } = this.ledger;
      const query = queryLane(table, this.lane, this.range, this.limit, this.start);
      const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(query));
      const place = placeName(this.lane);
      this.entries = Items.map((item) => ({ listKey: item[place]?.S ?? '', item }));
      this.at = 0;
      this.start = LastEvaluatedKey;
      this.ended = LastEvaluatedKey === undefined;
      this.limit = Math.min(MOST_ROWS, this.limit * 2);
    }
  }
}

function placeName(lane: Lane): string {
  return lane.index === undefined ? 'sk' : 'listKey';
}
