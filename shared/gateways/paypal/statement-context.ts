import type { Notification } from '#shared/model/notification.ts';
import type { Tree } from './document.ts';

/** What is known of an object beside its own members. */
export interface StatementContext {
  /** When PayPal made the event that the object came in, ISO. */
  readonly eventTime?: string | undefined;
  readonly eventId?: string | undefined;
  /** An answer only: when PayPal was asked, ISO. */
  readonly askedAt?: string | undefined;
  /** What the event's name says of the status, where the object itself has no word that is known. */
  readonly impliedStatus?: string | undefined;
  /** A merchant's own report: it proves nothing, and leads to no question about anything else. */
  readonly reported?: true;
}

export type ReadResource = (tree: Tree, context: StatementContext) => readonly Notification[];
