import type { Anomaly, InstrumentNotification, InstrumentSummary, Notification } from '#shared/model/notification.ts';
import type { InstrumentKind, TokenWord } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { readOffsetTime } from './times.ts';
import { isId, member, type Tree, treeAt, wordAt } from './tree.ts';

/** Manual: types of Payment Containers. Wallets of cards hold a card; PayPal is an account. */
const KINDS: ReadonlyMap<string, InstrumentKind> = new Map<string, InstrumentKind>([
  ['bank_account', 'account'],
  ['credit_card', 'card'],
  ['googlepay', 'card'],
  ['applepay', 'card'],
  ['paypal', 'account'],
]);
const WALLETS = new Set(['googlepay', 'applepay', 'paypal']);

/** SCsdk PaymentContainerTokenStatus; "not requested" is no word of a token, because there is none. */
const TOKEN_WORDS: ReadonlyMap<string, TokenWord> = new Map<string, TokenWord>([
  ['requested', 'pending'],
  ['inquiry', 'pending'],
  ['active', 'active'],
  ['failed', 'error'],
  // On its way out: not to be used any more.
  ['archivePending', 'inactive'],
  ['archived', 'deactivated'],
]);
const NO_TOKEN = 'not requested';

/** payment.containers: a stored card or account, and how its network token stands. */
export function readContainer(object: Tree): Notification[] {
  const id = member(object, 'id');
  if (!isId(id)) return [unrecognized('unreadable_id', 'A container has no id of letters, digits and "_".')];
  const anomalies: Anomaly[] = [];
  const type = wordAt(object, 'type');
  const kind = KINDS.get(type ?? '');
  if (kind === undefined) anomalies.push(present({ code: 'unreadable' as const, field: 'type', value: type }));
  return [
    present({
      about: 'instrument' as const,
      id,
      kind,
      token: tokenOf(object, anomalies),
      summary: kind === undefined ? undefined : summaryOf(object, kind, type),
      aliases: [],
      anomalies,
    }),
  ];
}

function tokenOf(object: Tree, anomalies: Anomaly[]): InstrumentNotification['token'] {
  const status = treeAt(object, 'token_status');
  const text = wordAt(status, 'status');
  if (status === undefined || text === NO_TOKEN) return undefined;
  const word = TOKEN_WORDS.get(text ?? '');
  if (word === undefined) {
    anomalies.push(present({ code: 'unknown_token_status' as const, field: 'token_status.status', value: text }));
    return undefined;
  }
  return present({ word, date: readOffsetTime(member(status, 'last_modified')) });
}

/** The masked data only ("XXXX XXXX XXXX 1234", "DE37 XXXX … 24"); what is not masked is left where it is. */
function summaryOf(object: Tree, kind: InstrumentKind, type: string | undefined): InstrumentSummary {
  const shown = treeAt(object, 'public');
  const number = wordAt(shown, 'pan') ?? wordAt(shown, 'iban') ?? '';
  const masked = /[Xx*]{2}/.test(number) ? number.replaceAll(/[^A-Za-z0-9*]/g, '') : '';
  const [, country] = kind === 'account' ? (/^([A-Z]{2})\d{2}/.exec(masked) ?? []) : [];
  const [, month, year] = /^(\d{2})\/(\d{2}|\d{4})$/.exec(wordAt(shown, 'expiration_date') ?? '') ?? [];
  return present({
    kind,
    brand: wordAt(shown, 'issuer'),
    lastFour: /\d{4}$/.exec(masked)?.[0],
    country,
    expiryMonth: month === undefined ? undefined : Number(month),
    expiryYear: year === undefined ? undefined : Number(year.length === 2 ? `20${year}` : year),
    walletType: type !== undefined && WALLETS.has(type) ? type : undefined,
  });
}
