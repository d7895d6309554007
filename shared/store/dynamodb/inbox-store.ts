import { type AttributeValue, BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { InboxQuery, InboxRow, InboxRowHead, InboxStore } from '#shared/pipeline/ports.ts';
import { decodeCursor, encodeCursor, InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type { Page } from '#shared/registry/records.ts';
import { firstEntries, type IndexEntry, type IndexRange } from './inbox-index.ts';
import { isListKey, ROW } from './inbox-item.ts';
import { createPartsLoader, headOfImage, type Image, rowOfImage } from './inbox-row.ts';
import { createDynamoInboxWriter, type InboxWriterOptions } from './inbox-writer.ts';

export interface DynamoInboxOptions extends InboxWriterOptions {
  /** All that have ever had callbacks: lists that name no connector go over theirs. */
  readonly connectorIds: () => Promise<readonly string[]>;
  /** Between tries to read what DynamoDB left over of a batch. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** A page ends behind the row that brings its bodies to this, so that 500 rows of 1 MiB never meet in memory. */
const PAGE_BODY_BYTES = 8 * 1024 * 1024;
const MOST_ROWS = 500;
/** Rows read together: at 400 KB each they stay below the 16 MB of one answer. */
const ROWS_AT_ONCE = 25;
const BATCH_TRIES = 6;
const MAX_KEY_BYTES = 2_048;
const LIST = 'callbacks';
const WALK = 'callbacks, oldest first';

/**
 * The inbox in DynamoDB. Rows are read consistently; lists find them through an index that follows within moments, so
 * the very newest callback may be missing from a list for as long.
 */
export function createDynamoInbox(options: DynamoInboxOptions): InboxStore {
  const { client, table } = options;
  const loadParts = createPartsLoader(options);
  const read = { client, table, pause: options.pause ?? pauseFor };

  async function connectorsOf(connectorId: string | undefined): Promise<readonly string[]> {
    return connectorId === undefined ? options.connectorIds() : [connectorId];
  }

  return {
    ...createDynamoInboxWriter(options),

    async get(callbackId) {
      if (!fitsKey(callbackId)) return undefined;
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: rowKey(callbackId), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : rowOfImage(Item, loadParts);
    },

    async list(query) {
      const range = await newestFirst(query, connectorsOf);
      return page(LIST, read, range, query.limit, async (item) => {
        const { head, body } = headOfImage(item);
        return { item: head satisfies InboxRowHead, bytes: body.byteLength };
      });
    },

    async walk(query) {
      const cursor = query.cursor === undefined ? {} : { after: keyOf(WALK, query.cursor) };
      const connectorIds = await connectorsOf(query.connectorId);
      const range: IndexRange = { connectorIds, order: 'oldest', from: query.from, to: '', ...cursor };
      return page(WALK, read, range, query.limit, async (item) => {
        const row = await rowOfImage(item, loadParts);
        return row === undefined ? undefined : { item: row satisfies InboxRow, bytes: row.body.byteLength };
      });
    },
  };
}

async function newestFirst(
  query: InboxQuery,
  connectorsOf: (connectorId: string | undefined) => Promise<readonly string[]>,
): Promise<IndexRange> {
  const cursor = query.cursor === undefined ? {} : { after: keyOf(LIST, query.cursor) };
  const connectorIds = await connectorsOf(query.connectorId);
  return { connectorIds, order: 'newest', from: query.from ?? '', to: query.to ?? '', ...cursor };
}

interface RowReader extends Pick<DynamoInboxOptions, 'client' | 'table'> {
  readonly pause: (ms: number) => Promise<unknown>;
}

type Taken<T> = { readonly item: T; readonly bytes: number } | undefined;

/** Entries of the index, then their rows. A row that has expired meanwhile is left out. */
async function page<T>(
  list: string,
  read: RowReader,
  range: IndexRange,
  limit: number,
  take: (item: Image) => Promise<Taken<T>>,
): Promise<Page<T>> {
  const wanted = checkedLimit(limit);
  const connectorIds = range.connectorIds.filter((id) => fitsKey(`${id}#00`));
  const entries = await firstEntries(read, { ...range, connectorIds }, wanted + 1);
  const more = entries.length > wanted;
  const shown = entries.slice(0, wanted);
  const items: T[] = [];
  let bytes = 0;
  for (let i = 0; i < shown.length; i += ROWS_AT_ONCE) {
    const batch = shown.slice(i, i + ROWS_AT_ONCE);
    const rows = await readRows(read, batch);
    for (const [n, entry] of batch.entries()) {
      const item = rows.get(entry.callbackId);
      const taken = item === undefined ? undefined : await take(item);
      if (taken !== undefined) items.push(taken.item);
      bytes += taken?.bytes ?? 0;
      const last = i + n === shown.length - 1;
      if (bytes >= PAGE_BODY_BYTES && (!last || more)) return { items, cursor: encodeCursor(list, [entry.listKey]) };
    }
  }
  const end = shown.at(-1);
  return { items, cursor: more && end !== undefined ? encodeCursor(list, [end.listKey]) : null };
}

async function readRows(read: RowReader, entries: readonly IndexEntry[]): Promise<Map<string, Image>> {
  const found = new Map<string, Image>();
  let keys: Record<string, AttributeValue>[] = entries.map((entry) => rowKey(entry.callbackId));
  for (let tries = 1; keys.length > 0; tries++) {
    const request = { [read.table]: { Keys: keys, ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await read.client.send(new BatchGetItemCommand({ RequestItems: request }));
    for (const item of Responses?.[read.table] ?? []) found.set(item['pk']?.S ?? '', item);
    keys = UnprocessedKeys?.[read.table]?.Keys ?? [];
    if (keys.length === 0) break;
    if (tries === BATCH_TRIES) {
      throw new Error(`${keys.length} callbacks could not be read after ${tries} tries: ${read.table} is throttled.`);
    }
    await read.pause(25 * 2 ** tries);
  }
  return found;
}

function rowKey(callbackId: string): Record<string, AttributeValue> {
  return { pk: { S: callbackId }, sk: { S: ROW } };
}

/** @throws InvalidCursorError */
function keyOf(list: string, cursor: string): string {
  const key = String(decodeCursor(list, cursor, ['string'])[0]);
  if (!isListKey(key)) throw new InvalidCursorError(list, cursor);
  return key;
}

/** @throws RangeError: the admin API checks the limit before it asks. */
function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new RangeError(`limit is ${limit}: it must be a whole number from 1 to ${MOST_ROWS}.`);
}

/** What DynamoDB takes as a key; nothing else was ever stored. */
function fitsKey(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= MAX_KEY_BYTES;
}

function pauseFor(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
