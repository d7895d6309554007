import type { Gateway, NormalizedCallback, StoredStatement } from '#shared/gateways/gateway.ts';
import { digestOfBytes } from '#shared/model/digest.ts';
import { readMoney } from '#shared/model/money.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { TransactionKind, TransactionStatus } from '#shared/model/vocabulary.ts';
import { front } from './front.ts';
import { settings } from './settings.ts';

const KINDS: ReadonlyMap<unknown, TransactionKind> = new Map<unknown, TransactionKind>([
  ['sale', 'debit'],
  ['refund', 'refund'],
]);
const STATES: ReadonlyMap<unknown, TransactionStatus> = new Map<unknown, TransactionStatus>([
  ['open', 'PENDING'],
  ['paid', 'FINISHED'],
  ['failed', 'ERROR'],
]);

export const gateway = {
  front,
  normalize,
  readReport: () => ({ effect: 'none', why: 'The toy has no synchronous answers.' }),
  checkSettings: settings.checkSettings,
  allReadings: (given) => given,
  variations: () => [],
  decidedBy: { signature_mismatch: '/secrets/key' },
  confirms: [],
} as const satisfies Gateway;

function normalize({ source, body }: StoredStatement): NormalizedCallback {
  return { origin: { source, contentDigest: digestOfBytes(body) }, notifications: [read(body)] };
}

/** `{id, kind, state, amount, currency, of?}`. */
function read(body: Uint8Array): Notification {
  const fields = new Map<string, unknown>(Object.entries(Object(parsed(body))));
  const id = fields.get('id');
  const kind = KINDS.get(fields.get('kind'));
  const status = STATES.get(fields.get('state'));
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id) || kind === undefined || status === undefined) {
    return { about: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_type', detail: 'None of the toy’s words.' };
  }
  const of = fields.get('of');
  const { money, anomalies } = readMoney(fields.get('amount'), fields.get('currency'), 'amount');
  const original =
    typeof of === 'string' && /^[\w-]{1,64}$/.test(of) ? { id: of, link: 'reference' as const } : undefined;
  return {
    ...{ about: 'transaction', id, kind, status, correction: 'none', fields: {}, anomalies },
    ...{ final: status !== 'PENDING', expiresAfterMinutes: 60 },
    ...(money === undefined ? {} : { amount: { amount: money } }),
    ...(original === undefined ? {} : { original }),
  };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
