import { ConsumerError, reasonOf } from './consumer-error.ts';
import type { PostriderEvent } from './event.ts';
import { AlreadyHandled, type ProgressStore } from './progress-store.ts';

export interface HandlerContext<Transaction> {
  /**
   * Writes the mark inside your transaction: effects and mark are committed or rolled back as one, so the event counts
   * exactly once. Commit before the handler returns. Rejects with {@link AlreadyHandled} where another consumer was
   * faster: let that pass, so that your transaction rolls back.
   */
  recordIn(transaction: Transaction): Promise<void>;
}

/**
 * The merchant's work for one event. Return: handled. Throw or reject: not handled, it comes again, and so do the later
 * events of its subject. Without `recordIn` the mark is written after the return: after a crash between the two the
 * event comes again with the same `id`. NOT promised: a limit of time. Give up by yourself; while the handler runs, its
 * messages stay reserved.
 */
export type Handler<Transaction> = (
  event: PostriderEvent,
  context: HandlerContext<Transaction>,
) => Promise<void> | void;

export type Handling =
  | { readonly outcome: 'handled' }
  /** Another consumer committed its mark first; the handler's transaction was rolled back. */
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'failed'; readonly error: ConsumerError };

interface Run {
  open: boolean;
  asked: boolean;
  conflict: boolean;
}

/** Calls the handler for one event and sees to its mark. Never rejects. */
export async function handleEvent<Transaction>(
  event: PostriderEvent,
  subjectKey: string,
  store: ProgressStore<Transaction>,
  handler: Handler<Transaction>,
): Promise<Handling> {
  const run: Run = { open: true, asked: false, conflict: false };
  const recordIn = recorder(run, event, subjectKey, store);
  const failed = (
    code: 'handler_failed' | 'not_recorded' | 'store_failed',
    why: string,
    cause?: unknown,
  ): Handling => ({
    outcome: 'failed',
    error: new ConsumerError(code, `Event ${event.id}: ${why}`, { cause, subjectKey, eventId: event.id }),
  });
  try {
    await handler(event, { recordIn });
  } catch (cause) {
    run.open = false;
    if (run.conflict && (await isMarked(store, subjectKey, event.sequence))) return { outcome: 'elsewhere' };
    return failed('handler_failed', `the handler failed: ${reasonOf(cause)}`, cause);
  }
  run.open = false;
  try {
    if (!run.asked) await store.record(subjectKey, event.sequence);
    else if (!hasReached(await store.last(subjectKey), event.sequence)) {
      return failed('not_recorded', 'the handler called recordIn and returned, but the mark was not committed');
    }
  } catch (cause) {
    return failed('store_failed', `the progress store failed: ${reasonOf(cause)}`, cause);
  }
  return { outcome: 'handled' };
}

function recorder<Transaction>(
  run: Run,
  event: PostriderEvent,
  subjectKey: string,
  store: ProgressStore<Transaction>,
): (transaction: Transaction) => Promise<void> {
  return async (transaction) => {
    if (!run.open)
      throw new Error(`recordIn of event ${event.id} was called after its handler had ended; await it inside.`);
    run.asked = true;
    try {
      await store.recordIn(transaction, subjectKey, event.sequence);
    } catch (error) {
      run.conflict ||= error instanceof AlreadyHandled;
      throw error;
    }
  };
}

/** A store that cannot say so has not said so: the event then comes again. */
async function isMarked(store: ProgressStore<never>, subjectKey: string, sequence: string): Promise<boolean> {
  try {
    return hasReached(await store.last(subjectKey), sequence);
  } catch {
    return false;
  }
}

function hasReached(mark: string | undefined, sequence: string): boolean {
  return mark !== undefined && mark >= sequence;
}
