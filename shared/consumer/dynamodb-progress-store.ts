import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import type { AttributeValue, DynamoDB, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { type Lease, SubjectLeaseError, takeSubjectLease } from './dynamodb-progress-store-lease.ts';
import { getMark, markItem, putMark, readItem } from './dynamodb-progress-store-requests.ts';
import { AlreadyHandled, type ProgressStore } from './progress-store.ts';

export interface DynamoProgressStoreOptions {
  /** `new DynamoDB({...})` of @aws-sdk/client-dynamodb, of the major version that your program has. */
  readonly client: Pick<DynamoDB, 'getItem' | 'updateItem' | 'transactWriteItems'>;
  /** Name of a table of yours with the partition key `subject` (text) and no sort key. */
  readonly table: string;
  /** How long a subject stays with a process that is gone. 1,000 to 900,000 milliseconds. @default 30000 */
  readonly leaseMs?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** @default randomUUID */
  readonly randomId?: () => string;
  /** Resolves after so many milliseconds, sooner where the signal is aborted. @default a timer */
  readonly pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The items of one TransactWriteItems, as the handler collects them: at most 99 of its own. */
export type DynamoTransaction = TransactWriteItem[];

export interface DynamoProgressStore extends ProgressStore<DynamoTransaction> {
  /**
   * Carries out the items as one TransactWriteItems. Rejects with {@link AlreadyHandled} where another consumer was
   * faster, with {@link SubjectLeaseError} where one took over, else as the client does; nothing was written then.
   */
  commit(transaction: DynamoTransaction): Promise<void>;
}

const SHORTEST_LEASE_MS = 1_000;
const LONGEST_LEASE_MS = 900_000;

/**
 * Marks in a DynamoDB table of the merchant's, one item a subject:
 *
 * | attribute | type | |
 * |---|---|---|
 * | `subject` | S, partition key | the subject key, `<merchant>/<subscription>/<connector>:<subject>`; beyond 2,048 bytes its digest |
 * | `lastSequence` | S | the mark |
 * | `leaseHolder` | S | who handles an event of the subject at this moment; new with every event |
 * | `leaseUntil` | N | until when, in milliseconds since 1970 |
 *
 * Rights needed: dynamodb:GetItem and dynamodb:UpdateItem on the table. Delete no item: its events would come twice.
 *
 * Exactly once: collect your writes, `await recordIn(items)`, `await store.commit(items)`. Different subjects are handled
 * side by side; of one subject only one process handles an event at a time: it has a lease, renewed while the handler
 * runs, and after `kill -9` the next takes over when that has run out. A process that slept through its lease cannot
 * record any more: both kinds of mark are written on condition that the lease is still its own.
 * NOT promised: that effects outside of the transaction of a process that slept through its lease do not come late, after
 * those of the one that took over.
 *
 * Cost: a consistent read for each subject that a receive brings; each event 1 such read and 2 writes, with `recordIn` 3
 * reads, and 2 writes beside the transaction.
 */
export function createDynamoProgressStore(options: DynamoProgressStoreOptions): DynamoProgressStore {
  const { client, table, leaseMs = 30_000, now = Date.now, randomId = randomUUID, pause = timer } = options;
  if (!(leaseMs >= SHORTEST_LEASE_MS && leaseMs <= LONGEST_LEASE_MS)) {
    throw new RangeError(`leaseMs is ${leaseMs}; it must be from ${SHORTEST_LEASE_MS} to ${LONGEST_LEASE_MS}.`);
  }
  const leases = new AsyncLocalStorage<Lease>();
  const marks = new WeakMap<TransactWriteItem, { readonly subjectKey: string; readonly sequence: string }>();
  /** The lease under which the calling code runs: not another one's of the same process. */
  const leaseOf = (subjectKey: string): Lease | undefined => {
    const lease = leases.getStore();
    return lease?.subjectKey === subjectKey ? lease : undefined;
  };

  const last = async (subjectKey: string): Promise<string | undefined> => {
    const { Item } = await client.getItem(getMark(table, subjectKey));
    return readItem(Item).lastSequence;
  };

  return {
    last,
    async record(subjectKey, sequence) {
      const lease = leaseOf(subjectKey);
      try {
        await client.updateItem(putMark(table, subjectKey, sequence, lease?.holder));
        lease?.ended();
      } catch (error) {
        if (nameOf(error) !== 'ConditionalCheckFailedException') throw error;
        if (!isMarked((error as { readonly Item?: AttributeMap }).Item, sequence)) {
          throw new SubjectLeaseError('lease_lost', subjectKey);
        }
      }
    },
    async recordIn(transaction, subjectKey, sequence) {
      if (((await last(subjectKey)) ?? '') >= sequence) throw new AlreadyHandled(subjectKey, sequence);
      const item = markItem(table, subjectKey, sequence, leaseOf(subjectKey)?.holder);
      marks.set(item, { subjectKey, sequence });
      transaction.push(item);
    },
    async commit(transaction) {
      try {
        await client.transactWriteItems({ TransactItems: transaction });
      } catch (error) {
        for (const [i, item] of transaction.entries()) {
          const mark = marks.get(item);
          const reason = reasonsOf(error)[i];
          if (mark === undefined || reason?.Code !== 'ConditionalCheckFailed') continue;
          if (isMarked(reason.Item, mark.sequence)) throw new AlreadyHandled(mark.subjectKey, mark.sequence);
          throw new SubjectLeaseError('lease_lost', mark.subjectKey);
        }
        throw error;
      }
    },
    async exclusively(work, subjectKey) {
      if (subjectKey === undefined) return work();
      const lease = await takeSubjectLease({ client, table, leaseMs, now, randomId, pause }, subjectKey);
      try {
        return await leases.run(lease, work);
      } finally {
        await lease.end();
      }
    },
  };
}

type AttributeMap = Record<string, AttributeValue>;

function isMarked(item: AttributeMap | undefined, sequence: string): boolean {
  return (readItem(item).lastSequence ?? '') >= sequence;
}

/** By name: the merchant's client may be another copy of the SDK than ours. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function reasonsOf(error: unknown): readonly { readonly Code?: string; readonly Item?: AttributeMap }[] {
  if (nameOf(error) !== 'TransactionCanceledException') return [];
  return (error as { readonly CancellationReasons?: [] }).CancellationReasons ?? [];
}

/** Whoever waits for a lease keeps the process alive; renewing one does not, that is for the handler to do. */
async function timer(ms: number, signal?: AbortSignal): Promise<void> {
  const options = signal === undefined ? {} : { ref: false, signal };
  await pauseFor(ms, undefined, options).catch(() => undefined);
}
