/**
 * The consumer's marks: per subject the sequence handled last. One store may serve several subscriptions, because the
 * keys name the subscription. A lost mark makes events come twice, a mark that is ahead makes them stale: keep it as
 * durable as the effects of your handler, best in the same database.
 */
export interface ProgressStore<Transaction> {
  /** The sequence handled last, as committed; undefined: none. Must see every mark that was committed before the call. */
  last(subjectKey: string): Promise<string | undefined>;
  /** Writes the mark by itself. Forward only: a mark at or after `sequence` stays, which is no error. */
  record(subjectKey: string, sequence: string): Promise<void>;
  /**
   * Writes the mark inside a transaction of the handler. Forward only and conditional: rejects with
   * {@link AlreadyHandled} where the mark is at or after `sequence`, so that of two racing consumers one rolls back.
   */
  recordIn(transaction: Transaction, subjectKey: string, sequence: string): Promise<void>;
  /**
   * Runs `work` (reading the mark, the handler, writing the mark) alone where transactions of this store cannot
   * interleave, otherwise at once. `work` never calls it again. With a `subjectKey`, an event of that subject is handled:
   * a store that processes share may keep the others from the subject meanwhile, and rejects where it cannot.
   */
  exclusively<Result>(work: () => Promise<Result>, subjectKey?: string): Promise<Result>;
}

/** The mark is there already: another consumer has handled the event. Let it pass, so that your transaction rolls back. */
export class AlreadyHandled extends Error {
  override readonly name = 'AlreadyHandled';
  readonly subjectKey: string;
  readonly sequence: string;

  constructor(subjectKey: string, sequence: string) {
    super(`Event ${sequence} of ${subjectKey} was handled by another consumer; roll this transaction back.`);
    this.subjectKey = subjectKey;
    this.sequence = sequence;
  }
}
