import type { SubjectKey, SubjectType } from '#shared/model/vocabulary.ts';
import type { HeadRow, Mode } from '#shared/pipeline/ports.ts';
import {
  commonOf,
  dueShard,
  HEAD,
  type Item,
  idBehind,
  indexKey,
  indexKeyPrefix,
  listedAt,
  listKey,
  shardOf,
  subjectOf,
  subjectPk,
} from './ledger-keys.ts';

/**
 * A head as an item of at most one write unit. What an index key says already is not said again: the merchant stands in
 * `listShard`, the time of creation in `listKey`, references in their index keys.
 */
export function headItem(head: HeadRow): Item {
  const { key, merchantId, merchantReference, purchaseReference, due } = head;
  const pk = subjectPk(key);
  const id = idBehind(key);
  return {
    pk: { S: pk },
    sk: { S: HEAD },
    ...(id !== undefined && { id: { S: id } }),
    version: { N: String(head.version) },
    listShard: { S: indexKey(merchantId, key.type, shardOf(pk)) },
    listKey: { S: listKey(head.createdAt, pk) },
    ...reference('merchantReference', 'referenceKey', merchantId, key.type, merchantReference),
    ...(endsInOwnId(purchaseReference, key.id)
      ? { purchaseReference: { S: purchaseReference } }
      : reference('purchaseReference', 'purchaseKey', merchantId, key.type, purchaseReference)),
    // Only what waits is in the index of due times.
    ...(due !== undefined && head.status === 'PENDING' && { dueShard: { S: dueShard(pk) } }),
    ...(due !== undefined && { due: { S: due } }),
    mode: { S: head.mode },
    updatedAt: { S: head.updatedAt },
    kind: { S: head.kind },
    status: { S: head.status },
    ...(head.flags.length > 0 && { flags: list(head.flags) }),
    ...(head.aliases.length > 0 && { aliases: list(head.aliases) }),
  };
}

export function headOf(item: Item): HeadRow {
  const key = subjectOf(text(item, 'pk'), item['id']?.S);
  const shard = text(item, 'listShard');
  // `<merchantId>#<type>#<shard>`
  const merchantId = shard.slice(0, shard.lastIndexOf(`#${key.type}#`));
  return {
    key,
    version: Number(item['version']?.N),
    merchantId,
    mode: text(item, 'mode') as Mode,
    createdAt: listedAt(text(item, 'listKey')),
    updatedAt: text(item, 'updatedAt'),
    kind: text(item, 'kind'),
    status: text(item, 'status'),
    ...referenceOf('merchantReference', 'referenceKey', item, merchantId, key),
    ...referenceOf('purchaseReference', 'purchaseKey', item, merchantId, key),
    flags: words(item, 'flags'),
    aliases: words(item, 'aliases'),
    ...(item['due']?.S !== undefined && { due: item['due'].S }),
  };
}

export function headVersion(item: Item): number {
  return Number(item['version']?.N);
}

/**
 * IXOPAY names a purchase by its date and its first transaction: `20260115-<uuid>`. Such a head is found by that id, and
 * an entry in the index, a fifth of what a callback costs, is spared.
 */
function endsInOwnId(reference: string | undefined, id: string): reference is string {
  return reference !== undefined && idsIn(reference).includes(id);
}

/** What a look-up asks for at most, of each connector: a reference of nothing but dashes is no reason to read hundreds. */
const MOST_IDS = 8;

/** The ids that a purchase reference may end in. */
export function idsIn(reference: string): readonly string[] {
  const parts = reference.split('-');
  const ids = parts.slice(0, MOST_IDS).map((_, i) => parts.slice(i).join('-'));
  return ids.filter((id) => id !== '');
}

/** The index key; the reference itself too where the key is but its digest. */
function reference(
  name: string,
  keyName: string,
  merchantId: string,
  type: SubjectType,
  value: string | undefined,
): Item {
  if (value === undefined) return {};
  const key = indexKey(merchantId, type, value);
  const said = commonOf(key, indexKeyPrefix(merchantId, type)) !== undefined;
  return { [keyName]: { S: key }, ...(!said && { [name]: { S: value } }) };
}

function referenceOf(name: string, keyName: string, item: Item, merchantId: string, { type }: SubjectKey): object {
  const key = item[keyName]?.S;
  const value = item[name]?.S ?? (key === undefined ? undefined : commonOf(key, indexKeyPrefix(merchantId, type)));
  return value === undefined ? {} : { [name]: value };
}

function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`The ledger's head ${item['pk']?.S} has no ${name}.`);
  return value;
}

function list(values: readonly string[]): { L: { S: string }[] } {
  return { L: values.map((value) => ({ S: value })) };
}

function words(item: Item, name: string): string[] {
  return (item[name]?.L ?? []).map((value) => value.S ?? '');
}
