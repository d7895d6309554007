import type { PaymentError, TransactionFields, TransactionNotification } from '#shared/model/notification.ts';
import type { PendingReason, TransactionKind, TransactionStatus } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import type { PayloadReader } from './payload-reader.ts';

/** CyberSource's own word for what is asked about, kept with the question: `GET /tss/v2/transactions/{id}`. */
export const ASK_AS = 'transaction';

/** When a PENDING transaction is due, in minutes; own values: batches close once a day, a customer at a bank is quicker. */
const DUE_MINUTES = 1_440;
const DUE_MINUTES_CUSTOMER = 60;

export interface Said {
  readonly id: string;
  readonly kind: TransactionKind | undefined;
  readonly status: TransactionStatus;
  readonly gatewayTime: string | undefined;
  /** @default true for what is no longer PENDING */
  readonly final?: boolean;
  readonly pendingReason?: PendingReason | undefined;
  readonly originalId?: string | undefined;
  /** False: the figure of the payload is another operation's. */
  readonly withAmount?: boolean;
  readonly error?: PaymentError;
  readonly cancelled?: true;
  readonly fields?: TransactionFields;
}

/** One claim about a transaction, with what else the payload says of it. */
export function transaction(reader: PayloadReader, said: Said): TransactionNotification {
  const { id, kind, status, gatewayTime, originalId, error, cancelled } = said;
  // An error that asks for the status may be none.
  // An authorization ends by capture, reversal or expiry (facts 2.3: not terminal).
  const isOpen = status === 'PENDING' || (status === 'FINISHED' && said.kind === 'preauthorize');
  const final = (said.final ?? true) && !isOpen && error?.advice !== 'ask_status';
  const pendingReason = status === 'PENDING' ? (said.pendingReason ?? 'async') : undefined;
  const amount = said.withAmount === false ? undefined : reader.amount(kind);
  const fields = { ...reader.fields(), ...said.fields, ...(error && status === 'ERROR' && { error }) };
  return present({
    about: 'transaction' as const,
    id,
    kind,
    status,
    final,
    correction: 'none' as const,
    gatewayTime,
    cancelled,
    pendingReason,
    expiresAfterMinutes: dueAfter(kind, pendingReason),
    original: originalId === undefined ? undefined : { id: originalId, link: 'reference' as const },
    amount,
    fields,
    anomalies: [...reader.anomalies],
  });
}

/** An order cannot be asked about: it is never due. */
function dueAfter(kind: TransactionKind | undefined, reason: PendingReason | undefined): number {
  if (kind === 'order') return 0;
  return kind === 'debit' || reason === 'redirect' ? DUE_MINUTES_CUSTOMER : DUE_MINUTES;
}

/** That something happened; what, the gateway is asked. */
export function hintAbout(id: string, kind?: TransactionKind): TransactionNotification {
  return present({
    about: 'transaction' as const,
    id,
    kind,
    status: 'PENDING' as const,
    final: false,
    correction: 'none' as const,
    hint: true as const,
    ask: { as: ASK_AS },
    expiresAfterMinutes: DUE_MINUTES,
    fields: {},
    anomalies: [],
  });
}

/**
 * An object that was undone after it had been made. What it had been before the same word does not say: where it was only
 * called off, its own claim never overrides a proven FINISHED, and the void takes back all that was authorized.
 */
export function undone(
  reader: PayloadReader,
  said: Omit<Said, 'status' | 'final' | 'cancelled'>,
  how: 'void' | 'refund',
  word: string,
): readonly TransactionNotification[] {
  const { id, gatewayTime } = said;
  const derived = { id: `${id}~${how}`, originalId: id, gatewayTime, status: 'FINISHED' as const, fields: {} };
  if (how === 'refund') {
    const isWhole = reader.find('refundAmountDetails.refundAmount') === undefined;
    // One figure is the refund's; that it is also the payment's nobody says.
    const before = transaction(reader, { ...said, status: 'FINISHED', withAmount: !isWhole });
    return [before, transaction(reader, { ...derived, kind: 'refund' })];
  }
  const error: PaymentError = { class: 'customer', advice: 'do_not_retry', code: word.toUpperCase() };
  return [
    transaction(reader, { ...said, status: 'ERROR', cancelled: true, error }),
    transaction(reader, { ...derived, kind: 'void' }),
  ];
}
