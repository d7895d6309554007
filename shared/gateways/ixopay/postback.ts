import type { Notification } from '#shared/model/notification.ts';
import { unrecognized } from '../notice.ts';
import { isSubjectId, ownField, type Tree } from './field-reader.ts';
import { shownWord } from './notice.ts';
import { readSubjects } from './subjects.ts';
import type { Outcome } from './transaction.ts';

/** What `result` of a pushed callback means (wire 5). */
const RESULTS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['OK', { status: 'FINISHED' }],
  ['ERROR', { status: 'ERROR' }],
  ['PENDING', { status: 'PENDING', pendingReason: 'async' }],
]);

/** A pushed callback. Without a readable uuid and result there is nothing to speak about: a notice, kept for later. */
export function readPostback(tree: Tree): Notification[] {
  const id = readSubjectId(tree);
  if (!id.ok) return [id.notice];
  const result = ownField(tree, 'result');
  if (result === undefined || result === null || result === '') {
    return [unrecognized('missing_field', 'The callback has no result.', id.id)];
  }
  if (typeof result !== 'string') return [unrecognized('wrong_type', 'The result is not text.', id.id)];
  const outcome = RESULTS.get(result.toUpperCase());
  if (!outcome) {
    const detail = `The result is ${shownWord(result)}, and not OK, PENDING or ERROR; nothing is concluded from it.`;
    return [unrecognized('unknown_result', detail, id.id)];
  }
  return readSubjects({ tree, id: id.id, outcome, pushed: true, unknownType: 'notice' });
}

type IdReading = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly notice: Notification };

/** The uuid of a callback, answer or result; a notice where there is none to go by. */
export function readSubjectId(tree: Tree): IdReading {
  const uuid = ownField(tree, 'uuid');
  if (isSubjectId(uuid)) return { ok: true, id: uuid };
  if (uuid === undefined || uuid === null || uuid === '') {
    return { ok: false, notice: unrecognized('missing_field', 'There is no uuid (XML: referenceId).') };
  }
  if (typeof uuid !== 'string') return { ok: false, notice: unrecognized('wrong_type', 'The uuid is not text.') };
  return {
    ok: false,
    notice: unrecognized('unreadable_id', 'The uuid has white space, control characters or more than 128 characters.'),
  };
}
