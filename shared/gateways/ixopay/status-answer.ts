import type { Notification } from '#shared/model/notification.ts';
import { received, unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { ownField, type Tree } from './field-reader.ts';
import { shownWord } from './notice.ts';
import { readSubjectId } from './postback.ts';
import { readSubjects } from './subjects.ts';
import type { Outcome } from './transaction.ts';

/** What `transactionStatus` of the status API means (wire 5, 6). */
const STATUSES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['SUCCESS', { status: 'FINISHED' }],
  ['ERROR', { status: 'ERROR' }],
  ['PENDING', { status: 'PENDING', pendingReason: 'async' }],
  ['REDIRECT', { status: 'PENDING', pendingReason: 'redirect' }],
  ['CANCELLED', { status: 'ERROR', cancelled: true }],
]);

const NOT_FOUND = '8001';

/** An answer of the status API. `success` speaks of the look-up, never of the payment (wire 6). */
export function readStatusAnswer(tree: Tree, knownParent: string | undefined): Notification[] {
  const success = ownField(tree, 'success');
  if (success === false || success === 'false') return [lookUpFailed(tree)];
  const id = readSubjectId(tree);
  if (!id.ok) return [id.notice];
  const word = ownField(tree, 'transactionStatus');
  if (word === undefined || word === null || word === '') {
    return [unrecognized('missing_field', 'The status answer has no transactionStatus.', id.id)];
  }
  if (typeof word !== 'string') return [unrecognized('wrong_type', 'The transactionStatus is not text.', id.id)];
  const outcome = STATUSES.get(word.toUpperCase());
  if (!outcome) {
    const detail = `The transactionStatus is ${shownWord(word)}, which is none of the manual's; nothing is concluded from it.`;
    return [unrecognized('unknown_status', detail, id.id)];
  }
  return readSubjects(
    present({ tree, id: id.id, outcome, pushed: false, unknownType: 'notice' as const, knownParent }),
  );
}

function lookUpFailed(tree: Tree): Notification {
  const code = ownField(tree, 'errorCode') ?? ownField(tree, 'code');
  if (String(typeof code === 'object' ? '' : code) === NOT_FOUND) {
    return received(
      'not_found',
      'The gateway knows no such transaction (error 8001): ask again later or by another id.',
    );
  }
  const shown = typeof code === 'number' || (typeof code === 'string' && /^\d{1,8}$/.test(code)) ? code : 'unreadable';
  return unrecognized('look_up_failed', `The gateway refused the look-up (error ${shown}): nothing is known by it.`);
}
