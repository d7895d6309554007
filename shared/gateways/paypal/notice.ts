import type { NoticeNotification, TransactionNotification } from '#shared/model/notification.ts';
import { present } from '../present.ts';

interface NoticeWords {
  readonly reason: string;
  readonly detail: string;
  /** The event's own id: sent again or listed by the API it is the same notice. */
  readonly id?: string | undefined;
  readonly relatedTo?: string | undefined;
}

/** What is genuine and cannot be read: kept, acknowledged and shown (DESIGN.md invariant 2). */
export function unrecognized(words: NoticeWords): NoticeNotification {
  return notice('UNRECOGNIZED', words);
}

/** What is understood, and is about no payment, schedule or instrument. */
export function received(words: NoticeWords): NoticeNotification {
  return notice('RECEIVED', words);
}

function notice(status: 'UNRECOGNIZED' | 'RECEIVED', { id, reason, detail, relatedTo }: NoticeWords) {
  return present({
    about: 'notice' as const,
    id,
    status,
    reason,
    detail,
    related: relatedTo === undefined ? undefined : { type: 'transaction' as const, id: relatedTo },
  });
}

/** A transaction of which nothing is said but what is given. */
export function transaction(
  words: Pick<TransactionNotification, 'id' | 'status'> & Partial<Undefinable<TransactionNotification>>,
): TransactionNotification {
  return present({
    about: 'transaction' as const,
    final: words.status !== 'PENDING' && words.cancelled !== true,
    correction: 'none' as const,
    expiresAfterMinutes: 60,
    fields: {},
    anomalies: [],
    ...defined(words),
  }) as TransactionNotification;
}

type Undefinable<T> = { [K in keyof T]: T[K] | undefined };

function defined<T extends object>(words: T): T {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as T;
}
