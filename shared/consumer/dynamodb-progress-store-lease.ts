import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { endLease, renewLease, takeLease } from './dynamodb-progress-store-requests.ts';

/** `lease_held`: another process handles the subject and is alive. `lease_lost`: another took over meanwhile. */
export type SubjectLeaseErrorCode = 'lease_held' | 'lease_lost';

const SAID: Readonly<Record<SubjectLeaseErrorCode, string>> = {
  lease_held: 'is being handled by another process; the event comes again',
  lease_lost:
    'was taken over by another process while this one was not renewing its lease (asleep, or its event loop blocked for longer than the lease); nothing was recorded, the event comes again',
};

export class SubjectLeaseError extends Error {
  override readonly name = 'SubjectLeaseError';
  readonly code: SubjectLeaseErrorCode;
  readonly subjectKey: string;

  constructor(code: SubjectLeaseErrorCode, subjectKey: string) {
    super(`Subject ${subjectKey} ${SAID[code]}.`);
    this.code = code;
    this.subjectKey = subjectKey;
  }
}

export interface LeaseOptions {
  readonly client: Pick<DynamoDB, 'updateItem'>;
  readonly table: string;
  readonly leaseMs: number;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** A subject is ours until `end`, or until this process fails to renew it for `leaseMs`. */
export interface Lease {
  readonly subjectKey: string;
  /** Fences what is written under the lease: nobody else ever has the same. */
  readonly holder: string;
  /** The item no longer has it: written together with the mark. */
  ended(): void;
  end(): Promise<void>;
}

/**
 * Takes the lease of a subject, waits while another process has it, and takes over what has run out. Gives up after
 * the time of a lease, and a pause for clocks that differ: whoever renews for so long is alive.
 * @throws SubjectLeaseError
 */
export async function takeSubjectLease(options: LeaseOptions, subjectKey: string): Promise<Lease> {
  const { client, table, leaseMs, now, randomId, pause } = options;
  const holder = randomId();
  const giveUpMs = now() + leaseMs + LONGEST_PAUSE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const nowMs = now();
    try {
      await client.updateItem(takeLease(table, subjectKey, holder, nowMs, nowMs + leaseMs));
      return keptLease(options, subjectKey, holder);
    } catch (error) {
      if (!isHeld(error)) throw error;
      if (nowMs >= giveUpMs) throw new SubjectLeaseError('lease_held', subjectKey);
    }
    await pause(pauseMs);
  }
}

/** Renewed three times in its time, so that one lost request does no harm. */
function keptLease(options: LeaseOptions, subjectKey: string, holder: string): Lease {
  const { client, table, leaseMs, now, pause } = options;
  const ending = new AbortController();
  const renew = async () => {
    for (;;) {
      await pause(leaseMs / 3, ending.signal);
      if (ending.signal.aborted) return;
      // A lease that cannot be renewed runs out, and then what is written under it is refused.
      await client.updateItem(renewLease(table, subjectKey, holder, now() + leaseMs)).catch(() => undefined);
    }
  };
  void renew();
  return {
    subjectKey,
    holder,
    ended: () => ending.abort(),
    end: async () => {
      if (ending.signal.aborted) return;
      ending.abort();
      // It runs out by itself: no reason to call a handled event a failure.
      await client.updateItem(endLease(table, subjectKey, holder)).catch(() => undefined);
    },
  };
}

/** A transaction on the item is the holder's. */
function isHeld(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'ConditionalCheckFailedException' || error.name === 'TransactionConflictException')
  );
}
