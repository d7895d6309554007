import type { NoticeNotification } from '#shared/model/notification.ts';

/** What is genuine and cannot be read: kept, acknowledged and shown (DESIGN.md invariant 2). */
export function unrecognized(reason: string, detail: string, transactionId?: string): NoticeNotification {
  return notice('UNRECOGNIZED', reason, detail, transactionId);
}

/** What is understood, but is about no transaction, schedule or instrument that could be named. */
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
