import { keptVersion } from '#shared/registry/kept-version.ts';
import type { AuditEntry, Connector, Merchant, Subscription } from '#shared/registry/records.ts';
import { connectorKey } from './registry-connector-reader.ts';
import { type Item, keyItem, type RowKey } from './registry-get.ts';

/*
 * The registry table (`record`: JSON, `version`: number, for conditions; ids have no `#`, registry/id.ts):
 *   merchant#<id>     merchant            byKind: merchant, <id>
 *   merchant#<id>     subscription#<id>   in no index: a merchant's subscriptions are one Query of its partition
 *   connector#<id>    connector           byKind: connector, <merchantId>#<id>, so that one merchant's are a range of all
 *   connector#<id>    v#<ten digits>      in no index: a version's configuration without secrets, never written again
 *   audit#<yyyy-mm>   <at>#<random>       in no index
 *   audit             <yyyy-mm>           the months that have a partition
 */

export type ListKind = 'merchant' | 'connector';

export interface ListPlace {
  readonly kind: ListKind;
  readonly listKey: string;
}

/** A row as it is written: on condition of its version, with its place in the lists. */
export interface RegistryRow {
  readonly key: RowKey;
  readonly record: Merchant | Connector | Subscription;
  readonly list?: ListPlace;
}

export const SUBSCRIPTION = 'subscription#';
/** Partition of the list of months. */
export const AUDIT_MONTHS = 'audit';

export function merchantKey(merchantId: string): RowKey {
  return { pk: `merchant#${merchantId}`, sk: 'merchant' };
}

export function subscriptionKey(merchantId: string, subscriptionId: string): RowKey {
  return { pk: `merchant#${merchantId}`, sk: `${SUBSCRIPTION}${subscriptionId}` };
}

export function auditPartition(month: string): string {
  return `audit#${month}`;
}

/** `2026-01` of `2026-01-15T09:00:00.000Z`. */
export function monthOf(at: string): string {
  return at.slice(0, 7);
}

export function merchantRow(record: Merchant): RegistryRow {
  const { merchantId } = record;
  return { key: merchantKey(merchantId), record, list: { kind: 'merchant', listKey: merchantId } };
}

export function connectorRow(record: Connector): RegistryRow {
  const { connectorId, merchantId } = record;
  return {
    key: connectorKey(connectorId),
    record,
    list: { kind: 'connector', listKey: `${merchantId}#${connectorId}` },
  };
}

export function connectorVersionKey(connectorId: string, version: number): RowKey {
  return { pk: connectorKey(connectorId).pk, sk: `v#${String(version).padStart(10, '0')}` };
}

export function connectorVersionRow(record: Connector): RegistryRow {
  return { key: connectorVersionKey(record.connectorId, record.version), record: keptVersion(record) };
}

export function subscriptionRow(record: Subscription): RegistryRow {
  return { key: subscriptionKey(record.merchantId, record.subscriptionId), record };
}

/** Key of a listed row from its place: where a page begins. Undefined for what can be no place of that list. */
export function listedKey({ kind, listKey }: ListPlace): Item | undefined {
  const [first, second, ...more] = listKey.split('#');
  const id = kind === 'merchant' ? first : second;
  const parts = kind === 'merchant' ? second === undefined : second !== undefined && more.length === 0;
  if (!first || !id || !parts) return undefined;
  const key = kind === 'merchant' ? merchantKey(id) : connectorKey(id);
  return { ...keyItem(key), kind: { S: kind }, listKey: { S: listKey } };
}

/** @throws RowTooLarge */
export function rowItem({ key, record, list }: RegistryRow): Item {
  return checkedSize({
    ...keyItem(key),
    ...(list && { kind: { S: list.kind }, listKey: { S: list.listKey } }),
    version: { N: String(record.version) },
    record: { S: JSON.stringify(record) },
  });
}

/** @throws RowTooLarge */
export function auditItem(entry: AuditEntry, random: string): Item {
  const key = { pk: auditPartition(monthOf(entry.at)), sk: `${entry.at}#${random}` };
  return checkedSize({ ...keyItem(key), record: { S: JSON.stringify(entry) } });
}

/** DynamoDB's limit of an item: names and values of its attributes in UTF-8. */
export const MOST_ITEM_BYTES = 400 * 1024;

/** The row is larger than DynamoDB holds; nothing was written. */
export class RowTooLarge extends Error {
  override readonly name = 'RowTooLarge';
  readonly code = 'row_too_large';

  constructor({ pk, sk }: RowKey, bytes: number) {
    super(
      `The row ${pk} / ${sk} would have ${bytes} bytes; an item of DynamoDB holds ${MOST_ITEM_BYTES}. Shorten what it is given. A subscription keeps all filters that it ever had: after thousands of changes, make another in its place.`,
    );
  }
}

/** A number takes a byte for two digits and one more, at most 21: counted with a little more than it takes. */
const NUMBER_BYTES = 21;

function checkedSize(item: Item): Item {
  const bytes = Object.entries(item).reduce(
    (sum, [name, { S }]) => sum + bytesOf(name) + (S === undefined ? NUMBER_BYTES : bytesOf(S)),
    0,
  );
  if (bytes > MOST_ITEM_BYTES) throw new RowTooLarge({ pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' }, bytes);
  return item;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
