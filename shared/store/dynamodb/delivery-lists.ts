import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type { Page, PageRequest } from '#shared/registry/records.ts';
import { type Item, listedAt } from './delivery-keys.ts';
import { countOf, listPart, oldestOf } from './delivery-requests.ts';
import type { DynamoSend } from './dynamo-send.ts';

/** Rows of each part that one go looks at where most may be filtered out, and goes before an empty page is given out. */
const LOOK_AT = 500;
const GOES = 8;

export interface List<T> {
  /** As an invalid cursor is told about. */
  readonly name: string;
  readonly kinds: readonly string[];
  readonly having?: Readonly<Record<string, string>>;
  readonly read: (item: Item) => T;
}

/** One page, newest first, of a list that lies in several parts. Where much is filtered out it may be short or empty. */
export async function listPage<T>(
  client: DynamoSend,
  table: string,
  list: List<T>,
  page: PageRequest,
): Promise<Page<T>> {
  let after = page.cursor === undefined ? undefined : String(decodeCursor(list.name, page.cursor, ['string'])[0]);
  const having = list.having ?? {};
  const limit = Object.keys(having).length === 0 ? page.limit : LOOK_AT;
  for (let go = 0; ; go++) {
    const parts = await Promise.all(
      list.kinds.map((kind) => client.send(new QueryCommand(listPart(table, { kind, after, limit, having })))),
    );
    const { items, end } = merged(parts, page.limit);
    if (items.length > 0 || end === undefined || go + 1 >= GOES) {
      return { items: items.map(list.read), cursor: end === undefined ? null : encodeCursor(list.name, [end]) };
    }
    after = end;
  }
}

/** What all parts have looked at is complete down to the place where the first of them stopped: `end`. */
function merged(parts: readonly QueryCommandOutput[], limit: number): { items: Item[]; end: string | undefined } {
  const stops = parts.flatMap(({ LastEvaluatedKey: last }) => (last === undefined ? [] : [placeOf(last)]));
  const stop = stops.toSorted().at(-1);
  const complete = parts
    .flatMap(({ Items = [] }) => Items)
    .filter((item) => stop === undefined || placeOf(item) >= stop)
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const items = complete.slice(0, limit);
  const last = items.at(-1);
  return { items, end: complete.length > limit && last !== undefined ? placeOf(last) : stop };
}

function placeOf(item: Item): string {
  return item['listKey']?.S ?? '';
}

/** How many rows there are of these kinds, counted no further than `most`. */
export async function countUpTo(
  client: DynamoSend,
  table: string,
  kinds: readonly string[],
  most: number,
): Promise<number> {
  const counts = await Promise.all(kinds.map((kind) => countPart(client, table, kind, most)));
  return Math.min(
    most,
    counts.reduce((sum, one) => sum + one, 0),
  );
}

async function countPart(client: DynamoSend, table: string, kind: string, most: number): Promise<number> {
  let count = 0;
  let start: Item | undefined;
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({ ...countOf(table, kind), ...(start !== undefined && { ExclusiveStartKey: start }) }),
    );
    count += page.Count ?? 0;
    start = page.LastEvaluatedKey;
  } while (start !== undefined && count < most);
  return count;
}

/** Time of the oldest row of these kinds (ISO); undefined: there is none. */
export async function oldestAt(
  client: DynamoSend,
  table: string,
  kinds: readonly string[],
): Promise<string | undefined> {
  const firsts = await Promise.all(kinds.map((kind) => client.send(new QueryCommand(oldestOf(table, kind)))));
  const times = firsts.flatMap(({ Items: [first] = [] }) => (first === undefined ? [] : [listedAt(placeOf(first))]));
  return times.toSorted()[0];
}
