import type { NoticeNotification } from '#shared/model/notification.ts';
import { present } from './tree.ts';

/** What is genuine and cannot be read: kept, acknowledged and shown. */
export function unrecognized(reason: string, detail: string, transactionId?: string): NoticeNotification {
  return notice('UNRECOGNIZED', reason, detail, transactionId);
}

/** What is understood, but is no transaction, schedule or instrument. */
export function received(reason: string, detail: string, transactionId?: string): NoticeNotification {
  return notice('RECEIVED', reason, detail, transactionId);
}

function notice(
  status: 'UNRECOGNIZED' | 'RECEIVED',
  reason: string,
  detail: string,
  transactionId: string | undefined,
): NoticeNotification {
  const related = transactionId === undefined ? undefined : { type: 'transaction' as const, id: transactionId };
  return present({ about: 'notice' as const, status, reason, detail, related });
}

/** A word of a closed list as it came, when it looks like one; anything else of a body stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[\w. -]{1,60}$/.test(value) ? JSON.stringify(value) : 'another value';
}
