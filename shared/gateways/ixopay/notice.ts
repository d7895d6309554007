import type { NoticeNotification } from '#shared/model/notification.ts';
import { present } from './present.ts';

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
  return present({
    about: 'notice' as const,
    status,
    reason,
    detail,
    related: transactionId === undefined ? undefined : { type: 'transaction' as const, id: transactionId },
  });
}

/** A word of a closed list as it came, when it looks like one; anything else of a body stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_-]{1,40}$/.test(value) ? `"${value}"` : 'another value';
}
