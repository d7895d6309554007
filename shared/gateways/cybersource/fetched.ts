import type { Notification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { unrecognized } from '../notice.ts';
import { shownWord } from './notice.ts';
import { isRequestId, PayloadReader } from './payload-reader.ts';
import { readPaymentError } from './payment-error.ts';
import { originalAmong, relatedIds } from './related.ts';
import { type Meaning, meaningOf } from './status-words.ts';
import { readTime } from './times.ts';
import { transaction, undone } from './transaction.ts';
import { at, own, type Tree, textOf } from './tree.ts';

/**
 * Applications that move money, by their names in `applicationInformation.applications` (REST API reference, transaction
 * details); the rest (payer authentication, decision, tokens) is passed over.
 */
const APPLICATIONS: ReadonlyMap<string, TransactionKind> = new Map([
  ['ics_auth', 'preauthorize'],
  ['ics_incremental_auth', 'incremental_authorization'],
  ['ics_bill', 'capture'],
  ['ics_credit', 'refund'],
  ['ics_auth_reversal', 'void'],
  ['ics_void', 'void'],
  ['ics_ecp_debit', 'debit'],
  ['ics_ecp_credit', 'refund'],
  ['ics_ap_auth', 'preauthorize'],
  ['ics_ap_sale', 'debit'],
  ['ics_ap_capture', 'capture'],
  ['ics_ap_refund', 'refund'],
  ['ics_ap_reversal', 'void'],
  ['ics_pin_debit_purchase', 'debit'],
  ['ics_pin_debit_credit', 'refund'],
  ['ics_pin_debit_reversal', 'void'],
  ['ics_oct', 'payout'],
]);
/** 480: "marked for review by Decision Manager"; the rest of the reviewed ones say so in the status. */
const REVIEW_CODES = new Set(['480']);
const APPROVED_CODES = new Set(['100', '110']);

interface Application {
  readonly kind: TransactionKind;
  readonly result: 'approved' | 'refused' | 'review' | 'unclear';
  readonly word: string | undefined;
  readonly codes: readonly (string | undefined)[];
  readonly message: string | undefined;
}

/**
 * An answer of `GET /tss/v2/transactions/{id}`, or an item of a search. One request may have done several things: an
 * authorization that captures at once is the authorization and its `~capture`, or the sale that it is known as.
 */
export function readAnswer(tree: Tree, declared: Readonly<Record<string, string>>): readonly Notification[] {
  const reader = new PayloadReader(tree);
  const id = own(tree, 'id');
  if (!isRequestId(id)) return [unrecognized('missing_id', 'The answer names no transaction.')];
  const applications = applicationsOf(tree);
  if (applications.length === 0) {
    const detail = 'None of the applications of the answer moves money, as far as the manual says; it is kept.';
    return [unrecognized('unknown_application', detail, id)];
  }
  const word = textOf(at(tree, 'applicationInformation.status')) ?? textOf(own(tree, 'status'));
  if (word !== undefined && meaningOf(word) === undefined) {
    return [unrecognized('unknown_status', `The status is ${shownWord(word)}, which no manual has; it is kept.`, id)];
  }
  const asked = readTime(own(declared, 'askedAt'));
  const of: Answered = { reader, tree, id, word, asked };
  const sale = applications.find(({ kind }) => kind === 'preauthorize');
  const capture = applications.find(({ kind }) => kind === 'capture');
  if (sale !== undefined && capture !== undefined && declared['kind'] === 'debit') {
    return claimsOf(of, { ...capture, kind: 'debit' }, id, sale.result === 'refused' ? sale : capture);
  }
  const [main = applications[0]] = [sale ?? capture];
  return applications.flatMap((application) => {
    const subject = application === main ? id : `${id}~${application.kind}`;
    return claimsOf(of, application, subject, application);
  });
}

interface Answered {
  readonly reader: PayloadReader;
  readonly tree: Tree;
  readonly id: string;
  readonly word: string | undefined;
  readonly asked: string | undefined;
}

function claimsOf(
  of: Answered,
  application: Application,
  subject: string,
  judged: Application,
): readonly Notification[] {
  const { kind } = application;
  const meaning = outcomeOf(kind, judged, of.word);
  const word = judged.word ?? of.word;
  if (meaning === undefined) {
    const detail = 'The answer does not say whether the transaction succeeded; it is kept.';
    return [unrecognized('unknown_result', detail, of.id)];
  }
  const isOwn = subject === of.id;
  const originalId = isOwn ? originalAmong(kind, of.id, relatedIds(of.tree)) : of.id;
  // A lagging answer that is PENDING settles nothing, so that it has no place in time (model.md 3.4).
  const gatewayTime = meaning.status === 'PENDING' ? undefined : of.asked;
  const said = { id: subject, kind, gatewayTime, originalId };
  if (meaning.undone !== undefined && meaning.undone !== kind) {
    return undone(of.reader, said, meaning.undone, word ?? meaning.undone);
  }
  const { status, pendingReason } = meaning;
  const error = status === 'ERROR' ? { error: readPaymentError([...judged.codes, word], judged.message) } : {};
  return [transaction(of.reader, { ...said, status, pendingReason, ...error })];
}

function outcomeOf(
  kind: TransactionKind,
  { result, word }: Application,
  whole: string | undefined,
): Meaning | undefined {
  if (result === 'refused') return { status: 'ERROR' };
  if (result === 'review') return { status: 'PENDING', pendingReason: 'review' };
  const meaning = meaningOf(word ?? '') ?? meaningOf(whole ?? '');
  const isMoved = kind === 'capture' || kind === 'refund' || kind === 'payout';
  if (meaning === undefined) {
    if (result === 'unclear') return undefined;
    // Accepted is not yet sent: the batch decides.
    return isMoved ? { status: 'PENDING', pendingReason: 'async' } : { status: 'FINISHED' };
  }
  if (isMoved) return meaning.status === 'FINISHED' && meaning.settles !== true && !meaning.undone ? PENDING : meaning;
  // The status of the whole is that of what came last: an approved authorization stays one while its capture is pending.
  const isCaptureWord = meaning.status === 'PENDING' && meaning.pendingReason !== 'review';
  return result === 'approved' && isCaptureWord && kind === 'preauthorize' ? { status: 'FINISHED' } : meaning;
}

const PENDING: Meaning = { status: 'PENDING', pendingReason: 'async' };

function applicationsOf(tree: Tree): readonly Application[] {
  const list = at(tree, 'applicationInformation.applications');
  if (!Array.isArray(list)) return [];
  return list.slice(0, 50).flatMap((entry: unknown) => {
    const kind = APPLICATIONS.get(textOf(own(entry, 'name'))?.toLowerCase() ?? '');
    if (kind === undefined) return [];
    const code = scalar(own(entry, 'reasonCode'));
    const message = textOf(own(entry, 'rMessage'));
    const result = resultOf(scalar(own(entry, 'rCode')), code, textOf(own(entry, 'rFlag')));
    return [
      {
        kind,
        result,
        word: textOf(own(entry, 'status')),
        codes: [APPROVED_CODES.has(code ?? '') ? undefined : code, textOf(own(entry, 'rFlag'))],
        message,
      },
    ];
  });
}

/** rCode: 1 done, 0 declined, -1 an error on the way; reason codes have three digits, and 1xx beside 100 and 110 are errors. */
function resultOf(
  rCode: string | undefined,
  code: string | undefined,
  rFlag: string | undefined,
): Application['result'] {
  if (code !== undefined && REVIEW_CODES.has(code)) return 'review';
  if (rCode === '1') return 'approved';
  if (rCode === '0' || rCode === '-1') return 'refused';
  if (rCode !== undefined) return 'unclear';
  if (APPROVED_CODES.has(code ?? '') || (code === undefined && rFlag === 'SOK')) return 'approved';
  return code !== undefined && /^\d{3}$/.test(code) ? 'refused' : 'unclear';
}

function scalar(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}
