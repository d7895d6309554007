import type { NoticeNotification } from '#shared/model/notification.ts';

/** What is genuine and cannot be read: kept, acknowledged and shown (DESIGN.md invariant 2). */
export function unrecognized(reason: string, detail: string, transactionId?: string): NoticeNotification {
  return notice('UNRECOGNIZED', reason, detail, transactionId);
}

/** What is understood and changes nothing that is kept here. */
export function received(reason: string, detail: string): NoticeNotification {
  return notice('RECEIVED', reason, detail, undefined);
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

/** A word of a closed list as it came, when it looks like one; anything else of a body stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_. -]{1,40}$/.test(value) ? `"${value}"` : 'another value';
}
