import type { AmountGroup, Anomaly, Notification, TransactionNotification } from '#shared/model/notification.ts';
import {
  TRANSACTION_KINDS,
  TRANSACTION_STATUSES,
  type TransactionKind,
  type TransactionStatus,
} from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import type { BodyValue } from './body-value.ts';
import { plainId } from './guid.ts';
import { ItemReader } from './item-reader.ts';
import { isWord, shownWord } from './notice.ts';
import type { Reading } from './reading.ts';

/** No manual says how long a customer may take: a day. */
const EXPIRES_AFTER_MINUTES = 1_440;

type Link = NonNullable<TransactionNotification['original']>['link'];

/** Kinds that change a transaction that was before, and what the link to it is called. */
const CHANGES: ReadonlyMap<TransactionKind, Link> = new Map<TransactionKind, Link>([
  ['capture', 'reference'],
  ['void', 'reference'],
  ['refund', 'reference'],
  ['incremental_authorization', 'reference'],
  ['split', 'reference'],
  ['dispute', 'reference'],
  ['chargeback', 'chargeback'],
  ['chargeback_reversal', 'reversal'],
]);
/** Of one original there may be several. */
const NUMBERED: ReadonlySet<TransactionKind> = new Set(['chargeback', 'chargeback_reversal']);

/** What one message says. Never empty: what cannot be read is a notice. */
export function readItem(item: BodyValue, reading: Reading): Notification[] {
  const reader = new ItemReader(item, reading);
  const foreign = foreignMerchant(reader, reading);
  if (foreign !== undefined) return [foreign];
  if (reading.idPath === undefined) {
    return [
      unrecognized('not_configured', 'The connector does not say where the id of a payment stands: /settings/idPath.'),
    ];
  }
  const id = reader.id('idPath');
  if (id === undefined) {
    const reason = reader.anomalies.length > 0 ? 'unreadable_id' : 'missing_field';
    return [unrecognized(reason, `There is no id at ${reading.idPath} (/settings/idPath).`)];
  }
  const kind = readKind(reader, reading);
  if (reading.hint) return [hintOf(id, typeof kind === 'object' ? undefined : kind, [])];
  const status = readStatus(reader, reading);
  const unknown = typeof kind === 'object' ? kind : typeof status === 'object' ? status : undefined;
  if (unknown !== undefined) return unknownWord(unknown, id, reading);
  // Of a readable word there is nothing else left.
  if (typeof status !== 'string' || typeof kind === 'object') return [];
  return transactionOf(reader, id, kind, status);
}

interface UnknownWord {
  readonly setting: 'kindMap' | 'statusMap';
  readonly path: string | undefined;
  readonly word: string | undefined;
}

/** Undefined: the connector does not say that callbacks have one. */
function readKind(reader: ItemReader, reading: Reading): TransactionKind | UnknownWord | undefined {
  const { kindPath, kindMap, kind: fixed } = reading;
  if (kindPath === undefined) return TRANSACTION_KINDS.find((known) => known === fixed);
  const word = reader.text('kindPath');
  const meant = kindMap === undefined ? word : word === undefined ? undefined : kindMap.get(word);
  const kind = TRANSACTION_KINDS.find((known) => known === meant);
  return kind ?? { setting: 'kindMap', path: kindPath, word };
}

function readStatus(reader: ItemReader, reading: Reading): TransactionStatus | UnknownWord {
  const { statusPath, statusMap } = reading;
  const word = reader.text('statusPath');
  const meant = statusMap === undefined ? word : word === undefined ? undefined : statusMap.get(word);
  return TRANSACTION_STATUSES.find((known) => known === meant) ?? { setting: 'statusMap', path: statusPath, word };
}

/** Kept in any case. Where the connector knows all words (`allowUnknown: false`), the payment itself is flagged, too. */
function unknownWord({ setting, path, word }: UnknownWord, id: string, { allowUnknown }: Reading): Notification[] {
  const isKind = setting === 'kindMap';
  const where = path === undefined ? `/settings/${isKind ? 'kindPath' : 'statusPath'} is not set` : `at ${path}`;
  const said =
    word === undefined ? `There is no word ${where}` : `${shownWord(word)} ${where} is not in /settings/${setting}`;
  const reason = word === undefined ? 'missing_field' : isKind ? 'unknown_kind' : 'unknown_status';
  const notice = unrecognized(reason, `${said}; nothing is concluded from it.`, id);
  if (allowUnknown) return [notice];
  const code: Anomaly['code'] = isKind ? 'unknown_transaction_type' : 'unreadable';
  const value = word !== undefined && isWord(word) ? { value: word } : {};
  return [hintOf(id, undefined, [{ code, field: path ?? setting, ...value }]), notice];
}

/** Says that something happened, and nothing else. */
function hintOf(id: string, kind: TransactionKind | undefined, anomalies: readonly Anomaly[]): TransactionNotification {
  return {
    ...{ about: 'transaction', id, status: 'PENDING', final: false, correction: 'none', hint: true, ask: {} },
    ...(kind === undefined ? {} : { kind }),
    ...{ expiresAfterMinutes: EXPIRES_AFTER_MINUTES, fields: {}, anomalies },
  };
}

function transactionOf(
  reader: ItemReader,
  ownId: string,
  kind: TransactionKind | undefined,
  status: TransactionStatus,
): Notification[] {
  const originalId = reader.id('originalPath');
  const link = kind === undefined ? undefined : CHANGES.get(kind);
  const isDerived = link !== undefined && originalId === ownId;
  const id = isDerived ? derivedId(ownId, kind) : ownId;
  const gatewayTime = reader.time('updatedAtPath');
  const merchantReference = reader.reference('referencePath');
  const paymentMethod = reader.reference('paymentTypePath');
  const amount = amountOf(reader);
  // A FINISHED is what goods are sent for; an ERROR may be tried again under the same id, for all that is known.
  const final = status === 'FINISHED';
  const transaction: TransactionNotification = {
    ...{ about: 'transaction', id, status, final, correction: 'none', expiresAfterMinutes: EXPIRES_AFTER_MINUTES },
    ...(kind === undefined ? {} : { kind }),
    ...(gatewayTime === undefined ? {} : { gatewayTime }),
    ...(status === 'PENDING' ? { pendingReason: 'async' } : {}),
    ...(link === undefined || originalId === undefined ? {} : { original: { id: originalId, link } }),
    ...(kind === 'deregister' && originalId !== undefined ? { deregisters: originalId } : {}),
    ...(amount === undefined ? {} : { amount }),
    fields: {
      ...(merchantReference === undefined ? {} : { merchantReference }),
      ...(paymentMethod === undefined ? {} : { paymentMethod }),
    },
    anomalies: reader.anomalies,
  };
  if (kind !== 'register') return [transaction];
  const register = { status, final, correction: 'none' as const };
  return [transaction, { about: 'instrument', id, register, aliases: [], anomalies: [] }];
}

/** A later operation that the gateway tells under the payment's own id is a subject of its own. */
function derivedId(id: string, kind: TransactionKind | undefined): string {
  return kind !== undefined && NUMBERED.has(kind) ? `${id}~${kind}-1` : `${id}~${kind}`;
}

function amountOf(reader: ItemReader): AmountGroup | undefined {
  const amount = reader.money('amountPath');
  const surcharge = reader.money('feePath');
  const total = reader.money('totalPath');
  if (amount === undefined) return undefined;
  return { amount, ...(surcharge === undefined ? {} : { surcharge }), ...(total === undefined ? {} : { total }) };
}

/** Undefined: it is the connector's own, or nobody says whose it is. */
function foreignMerchant(reader: ItemReader, { merchantId }: Reading): Notification | undefined {
  const named = reader.text('merchantIdPath');
  if (merchantId === undefined || named === undefined || plainId(named) === plainId(merchantId)) return undefined;
  const detail = 'It names another merchant than /settings/merchantId; nothing is concluded from it.';
  return unrecognized('foreign_merchant', detail);
}
