import type { NoticeNotification } from '#shared/model/notification.ts';

/** What is genuine and cannot be read: kept, acknowledged and shown (DESIGN.md invariant 2). */
export function unrecognized(reason: string, detail: string, transactionId?: string): NoticeNotification {
  return notice('UNRECOGNIZED', reason, detail, transactionId);
}

/** What is understood, and is about no transaction or schedule itself. */
export function received(reason: string, detail: string, transactionId?: string): NoticeNotification {
  return notice('RECEIVED', reason, detail, transactionId);
}

function notice(
  status: 'UNRECOGNIZED' | 'RECEIVED',
  reason: string,
  detail: string,
  transactionId: string | undefined,
): NoticeNotification {
  const related = transactionId === undefined ? {} : { related: { type: 'transaction' as const, id: transactionId } };
  return { about: 'notice', status, reason, detail, ...related };
}

/** An object of the API in a state that the manual does not name. */
export function unknownState(as: string, state: unknown, id: string): NoticeNotification {
  const detail = `The state of the ${as} is ${shownWord(state)}, which is none that is known: nothing is concluded from it.`;
  return unrecognized('unknown_state', detail, id);
}

/** A word of a closed list as it came, when it looks like one; anything else stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_-]{1,40}$/.test(value) ? `"${value}"` : 'another value';
}
