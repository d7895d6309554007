import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import type { RegistryStore, Subscription } from '#shared/registry/records.ts';
import { eventFor } from './event-for.ts';
import { messageOf } from './messages.ts';
import { joinParked, park, releaseCursors } from './park.ts';
import type { Clock, DeliveryStore, LedgerStore, PastVersion, QueueSender } from './ports.ts';
import type { RetryPlan } from './retry-plan.ts';
import { type OutgoingStream, sendInOrder } from './send-in-order.ts';

export interface RelayDeps {
  readonly ledger: LedgerStore;
  readonly registry: Pick<RegistryStore, 'subscriptionsOf'>;
  readonly delivery: DeliveryStore;
  readonly sender: QueueSender;
  readonly clock: Clock;
  /** Base URL of the admin API: `dataschema` and `dataref` begin with it. */
  readonly apiBase: string;
  readonly retry: RetryPlan;
  /** Which subscriptions' queues have just refused: a hint that spares waiting, never a source of truth. */
  readonly breaker: Breaker;
}

/** Remembers for a while that a queue refuses, so that its time limits do not hold up other merchants. */
export interface Breaker {
  isOpen(subscription: Subscription): boolean;
  /** True: the queue had refused and takes messages again. */
  note(subscription: Subscription, queueRefuses: boolean): boolean;
}

/** A head that moved from version `after` (0: was not there) to `upTo`. */
export interface HeadMove {
  readonly key: SubjectKey;
  readonly after: number;
  readonly upTo: number;
}

interface LoadedMove extends HeadMove {
  readonly rows: readonly PastVersion[];
}

/**
 * Hands what lies between a head's old and its new version to every subscription that wants it, in order. What a queue
 * refuses, and what comes behind it, is parked. Moves of one subject must come in order; storage trouble is thrown, and
 * then the same moves come again: events keep their ids.
 */
export async function relay(deps: RelayDeps, moves: readonly HeadMove[]): Promise<void> {
  const loaded = await Promise.all(
    joined(moves).map(async (move): Promise<LoadedMove> => {
      return { ...move, rows: await deps.ledger.versions(move.key, move.after + 1, move.upTo) };
    }),
  );
  const merchants = [...new Set(loaded.flatMap((move) => move.rows.slice(0, 1).map((row) => row.merchantId)))];
  // Side by side: several queues that hang cost the time of one.
  await Promise.all(
    merchants.map(async (merchantId) => {
      const own = loaded.filter((move) => move.rows[0]?.merchantId === merchantId);
      const subscriptions = await deps.registry.subscriptionsOf(merchantId);
      await Promise.all(subscriptions.map((subscription) => relayTo(deps, subscription, own)));
    }),
  );
}

/** Several moves of one subject are one longer move. */
function joined(moves: readonly HeadMove[]): HeadMove[] {
  const bySubject = new Map<string, HeadMove>();
  for (const move of moves) {
    const name = subjectName(move.key);
    const before = bySubject.get(name);
    bySubject.set(name, {
      key: move.key,
      after: Math.min(move.after, before?.after ?? move.after),
      upTo: Math.max(move.upTo, before?.upTo ?? move.upTo),
    });
  }
  return [...bySubject.values()];
}

async function relayTo(deps: RelayDeps, subscription: Subscription, moves: readonly LoadedMove[]): Promise<void> {
  const outgoing = await Promise.all(moves.map((move) => outgoingOf(deps, subscription, move)));
  const ready = outgoing.filter((one) => one !== undefined);
  if (ready.length === 0) return;
  const waits = subscription.paused ? 'paused' : deps.breaker.isOpen(subscription) ? 'queue_refuses' : undefined;
  if (waits !== undefined) {
    await Promise.all(ready.map(({ move, first }) => park(deps, subscription, move.key, first, move.upTo, waits)));
    return;
  }
  const report = await sendInOrder(
    deps.sender,
    subscription.queue,
    ready.map(({ stream }) => stream),
  );
  const recovered = deps.breaker.note(subscription, report.queueRefuses);
  for (const [i, { refused }] of report.results.entries()) {
    const move = ready[i]?.move;
    if (refused && move) await park(deps, subscription, move.key, refused.version, move.upTo, refused.code);
  }
  if (recovered) await releaseCursors(deps, subscription);
}

interface Outgoing {
  readonly move: LoadedMove;
  readonly stream: OutgoingStream;
  /** First version that the subscription receives. */
  readonly first: number;
}

/** What of a move goes out now: undefined where the subscription wants none of it, or earlier events wait. */
async function outgoingOf(
  deps: RelayDeps,
  subscription: Subscription,
  move: LoadedMove,
): Promise<Outgoing | undefined> {
  const stream = streamFor(deps, subscription, move.rows);
  const [first] = stream.messages;
  if (first === undefined) return undefined;
  const { merchantId, subscriptionId } = subscription;
  const id = { merchantId, subscriptionId, subject: move.key };
  // Where earlier events of the subject wait, these wait behind them, noted in the same cursor.
  if (await joinParked(deps, id, first.version, move.upTo)) return undefined;
  return { move, stream, first: first.version };
}

/** The events among versions of one subject that a subscription receives, as messages. */
export function streamFor(
  deps: Pick<RelayDeps, 'apiBase'>,
  subscription: Subscription,
  rows: readonly PastVersion[],
): OutgoingStream {
  const messages = rows.flatMap((row) => {
    const event = eventFor(row, subscription.entries, deps.apiBase);
    if (event === undefined) return [];
    return [{ version: row.version, message: messageOf(event, row, dataref(deps.apiBase, subscription, row)) }];
  });
  return { messages };
}

function dataref(apiBase: string, subscription: Subscription, row: PastVersion): string {
  const query = new URLSearchParams({
    connectorId: row.key.connectorId,
    subject: `${row.key.type}/${row.key.id}`,
    from: String(row.version),
    limit: '1',
  });
  return `${apiBase}/merchants/${subscription.merchantId}/subscriptions/${subscription.subscriptionId}/events?${query}`;
}
