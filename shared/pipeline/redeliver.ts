import type { Subscription } from '#shared/registry/records.ts';
import { postponeCursors, releaseCursors } from './park.ts';
import type { CursorId, DeliveryStore, ParkingCursor } from './ports.ts';
import { type RelayDeps, streamFor } from './relay.ts';
import { pauseMs } from './retry-plan.ts';
import { isForLater, type OutgoingStream, type StreamResult, sendInOrder } from './send-in-order.ts';

type CursorChange = Parameters<DeliveryStore['updateCursor']>[1];

/** Cursors looked at in one go, and versions of one subject sent in one go. */
const CURSORS_AT_ONCE = 200;
const VERSIONS_AT_ONCE = 100;

export interface RedeliverReport {
  readonly claimed: number;
  /** Cursors whose subject is up to date again. */
  readonly cleared: number;
  readonly refused: number;
}

interface Claimed {
  readonly cursor: ParkingCursor;
  /** Last version looked at in this go. */
  readonly lastRead: number;
  readonly stream: OutgoingStream;
}

/**
 * Tries due parking cursors again: claims each by moving its nextAt past our own time limit, sends its versions in order,
 * and clears it, or sets it to what is left. A refused one waits longer each time, and after the plan's limit for an
 * operator. Run it every minute (AWS) or when the next one is due (embedded); runs may overlap. Once `isOver`, it sends no
 * more and notes how far it came: a queue that is slow would else be sent the same again with each run.
 */
export async function redeliver(deps: RelayDeps, isOver: () => boolean = () => false): Promise<RedeliverReport> {
  const due = await deps.delivery.dueCursors(deps.clock.now().toISOString(), CURSORS_AT_ONCE);
  const groups = Map.groupBy(due, (cursor) => `${cursor.merchantId}/${cursor.subscriptionId}`);
  const reports = await Promise.all([...groups.values()].map((cursors) => redeliverTo(deps, cursors, isOver)));
  return reports.reduce(
    (sum, one) => ({
      claimed: sum.claimed + one.claimed,
      cleared: sum.cleared + one.cleared,
      refused: sum.refused + one.refused,
    }),
    { claimed: 0, cleared: 0, refused: 0 },
  );
}

/** All cursors are of one subscription. */
async function redeliverTo(
  deps: RelayDeps,
  cursors: readonly ParkingCursor[],
  isOver: () => boolean,
): Promise<RedeliverReport> {
  const [first] = cursors;
  if (first === undefined) return { claimed: 0, cleared: 0, refused: 0 };
  const subscriptions = await deps.registry.subscriptionsOf(first.merchantId);
  const subscription = subscriptions.find((one) => one.subscriptionId === first.subscriptionId);
  if (subscription === undefined) {
    await deps.delivery.deleteCursorsOf(first.merchantId, first.subscriptionId);
    return { claimed: 0, cleared: 0, refused: 0 };
  }
  const claimed: Claimed[] = [];
  for (const cursor of cursors) {
    const mine = await claim(deps, subscription, cursor);
    if (mine !== undefined) claimed.push(mine);
  }
  // Nothing sent says nothing about the queue.
  if (claimed.length === 0) return { claimed: 0, cleared: 0, refused: 0 };
  const report = await sendInOrder(
    deps.sender,
    subscription.queue,
    claimed.map((one) => one.stream),
    isOver,
  );
  const recovered = report.anySent && deps.breaker.note(subscription, report.queueRefuses);
  let cleared = 0;
  for (const [i, one] of claimed.entries()) {
    if (await settle(deps, one, report.results[i] ?? {})) cleared++;
  }
  if (recovered) await releaseCursors(deps, subscription);
  // One try a pause for the whole queue: thousands of its cursors would otherwise be due before anybody else's.
  if (report.queueRefuses) await postponeCursors(deps, subscription, Math.max(...claimed.map(attemptsOf)));
  return { claimed: claimed.length, cleared, refused: report.results.filter(isRefused).length };
}

async function claim(deps: RelayDeps, subscription: Subscription, cursor: ParkingCursor): Promise<Claimed | undefined> {
  const until = new Date(deps.clock.now().getTime() + deps.retry.claimMs).toISOString();
  const mine = await deps.delivery.claimCursor(cursor, until);
  if (mine === undefined) return undefined;
  if (subscription.paused) {
    await leavePaused(deps, mine);
    return undefined;
  }
  const lastRead = Math.min(mine.upTo, mine.from + VERSIONS_AT_ONCE - 1);
  // A backfill that was killed leaves a cursor of no version.
  const rows = lastRead < mine.from ? [] : await deps.ledger.versions(mine.subject, mine.from, lastRead);
  return { cursor: mine, lastRead, stream: streamFor(deps, subscription, rows) };
}

/** Whoever resumes writes the subscription first and releases its cursors then: what is paused after that is found here. */
async function leavePaused(deps: RelayDeps, cursor: ParkingCursor): Promise<void> {
  await deps.delivery.updateCursor(cursor, { ...cursor, state: 'paused', nextAt: null }, cursor.nextAt);
  const subscriptions = await deps.registry.subscriptionsOf(cursor.merchantId);
  const now = subscriptions.find((one) => one.subscriptionId === cursor.subscriptionId);
  if (now?.paused !== false) return;
  const nextAt = deps.clock.now().toISOString();
  await deps.delivery.updateCursor(cursor, { ...cursor, state: 'waiting', nextAt }, null);
}

const isRefused = ({ refused }: StreamResult) => refused !== undefined && !isForLater(refused.code);
const attemptsOf = ({ cursor }: Claimed) => cursor.attempts;

/**
 * True if nothing of the subject is parked any more. A cursor that others have set meanwhile (a redrive that wants earlier
 * versions, a queue that takes again) has another nextAt than the claim: it stays as they set it, and is sent again.
 */
async function settle(deps: RelayDeps, { cursor, lastRead }: Claimed, { refused }: StreamResult): Promise<boolean> {
  const id: CursorId = cursor;
  const now = deps.clock.now();
  if (refused !== undefined && isForLater(refused.code)) {
    const { attempts, lastError } = cursor;
    const rest = { from: refused.version, attempts, nextAt: now.toISOString(), state: 'waiting', lastError } as const;
    await deps.delivery.updateCursor(id, rest, cursor.nextAt);
    return false;
  }
  if (refused !== undefined) {
    const dead = cursor.attempts + 1 >= deps.retry.deadAfterAttempts;
    const change: CursorChange = {
      from: refused.version,
      attempts: cursor.attempts + 1,
      nextAt: dead ? null : new Date(now.getTime() + pauseMs(deps.retry, cursor.attempts)).toISOString(),
      state: dead ? 'dead' : 'waiting',
      lastError: `${refused.code}: ${refused.message}`.slice(0, 512),
    };
    await deps.delivery.updateCursor(id, change, cursor.nextAt);
    return false;
  }
  if ((await deps.delivery.deleteCursor(id, lastRead, cursor.nextAt)) !== 'newer') return true;
  const rest = { from: lastRead + 1, attempts: 0, nextAt: now.toISOString(), state: 'waiting', lastError: '' } as const;
  await deps.delivery.updateCursor(id, rest, cursor.nextAt);
  return false;
}
