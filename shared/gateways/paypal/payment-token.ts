import type { InstrumentNotification, InstrumentSummary, Notification } from '#shared/model/notification.ts';
import type { InstrumentKind, TokenWord } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import { at, isTree, type Tree } from './document.ts';
import { idAt, textAt, wordAt } from './fields.ts';
import { transaction } from './notice.ts';
import { withoutId } from './payment.ts';
import type { ReadResource, StatementContext } from './statement-context.ts';

const KINDS: Readonly<Record<string, InstrumentKind>> = { card: 'card', apple_pay: 'card', google_pay: 'card' };

/** VAULT.PAYMENT-TOKEN.CREATED, and what the API shows of a token: it was stored. */
export const readPaymentToken: ReadResource = (tree, context) => {
  const id = idAt(tree, 'id');
  if (id === undefined) return [withoutId(context)];
  const { eventTime: gatewayTime } = context;
  const profileId = textAt(tree, 'customer', 'id');
  const summary = summaryOf(tree);
  const register = transaction({
    id,
    kind: 'register',
    status: 'FINISHED',
    gatewayTime,
    fields: present({ instrument: summary, customerProfile: profileId === undefined ? undefined : { profileId } }),
  });
  const stored = { status: 'FINISHED', final: true, correction: 'none' } as const;
  return [register, instrument(id, { kind: summary?.kind, summary, register: stored })];
};

/** VAULT.PAYMENT-TOKEN.DELETION-INITIATED, …DELETED: an operation of its own on the token. */
export function readTokenDeletion(
  tree: Tree,
  context: StatementContext,
  status: 'PENDING' | 'FINISHED',
): readonly Notification[] {
  const id = idAt(tree, 'id');
  if (id === undefined) return [withoutId(context)];
  return [
    transaction({
      id: `${id}~deregister`,
      kind: 'deregister',
      status,
      gatewayTime: context.eventTime,
      pendingReason: status === 'PENDING' ? 'async' : undefined,
      deregisters: id,
    }),
  ];
}

/** `status` of PAYMENT-TOKENIZATION.TOKEN-STATUS.CHANGED; the words are those of the card schemes' token services. */
const TOKEN_WORDS: ReadonlyMap<string, TokenWord> = new Map<string, TokenWord>([
  ['ACTIVE', 'active'],
  ['INACTIVE', 'inactive'],
  ['SUSPENDED', 'suspended'],
  ['DEACTIVATED', 'deactivated'],
  ['DELETED', 'deactivated'],
  ['PENDING', 'pending'],
]);

/** PAYMENT-TOKENIZATION.*: its schema is not published; what has an id is news about that instrument. */
export function readTokenNews(
  tree: Tree,
  context: StatementContext,
  news: 'token' | 'credential' | 'metadata',
): readonly Notification[] {
  const id = idAt(tree, 'id') ?? idAt(tree, 'token_id') ?? idAt(tree, 'payment_token_id');
  if (id === undefined) return [withoutId(context)];
  const summary = summaryOf(tree);
  const day = context.eventTime?.slice(0, 10);
  if (news === 'credential') {
    return [instrument(id, { summary, update: present({ date: day, result: 'updated' as const }) })];
  }
  const word = TOKEN_WORDS.get(wordAt(tree, 'status') ?? wordAt(tree, 'token_status') ?? '');
  if (news === 'token' && word !== undefined) {
    return [instrument(id, { summary, token: present({ word, date: context.eventTime }) })];
  }
  const unknown = news === 'token' ? [{ code: 'unknown_token_status' as const, field: 'status' }] : [];
  return [{ ...instrument(id, { summary }), hint: true, anomalies: unknown }];
}

type News = { [K in keyof InstrumentNotification]?: InstrumentNotification[K] | undefined };

function instrument(id: string, news: News): InstrumentNotification {
  return present({ about: 'instrument' as const, id, aliases: [], anomalies: [], ...news }) as InstrumentNotification;
}

/** Brand, last digits and expiry of a card; of a wallet only that it is one. */
function summaryOf(tree: Tree): InstrumentSummary | undefined {
  const source = at(tree, 'payment_source');
  if (!isTree(source)) return undefined;
  const [name] = Object.keys(source);
  if (name === undefined || !/^[a-z_]{2,40}$/.test(name)) return undefined;
  const kind = Object.hasOwn(KINDS, name) ? (KINDS[name] ?? 'account') : 'account';
  const card = at(source, name, 'card') ?? at(source, name);
  if (kind !== 'card' || !isTree(card)) return { kind, walletType: name };
  const lastFour = textAt(card, 'last_digits');
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(textAt(card, 'expiry') ?? '') ?? [];
  return present({
    kind,
    brand: wordAt(card, 'brand'),
    lastFour: lastFour !== undefined && /^\d{4}$/.test(lastFour) ? lastFour : undefined,
    expiryMonth: month === undefined ? undefined : Number(month),
    expiryYear: year === undefined ? undefined : Number(year),
    walletType: name === 'card' ? undefined : name,
  });
}
