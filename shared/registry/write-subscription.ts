import { isDeepStrictEqual } from 'node:util';
import type { FieldProblem } from '#shared/gateways/gateway.ts';
import { isTypePattern } from '#shared/model/subscription-filter.ts';
import { changedMembers } from './changed-members.ts';
import {
  checkFifo,
  type ManagedQueue,
  type NamedQueue,
  type QueueChoice,
  type QueueDirectory,
  type QueueOwner,
  type QueueProvision,
} from './queue-choice.ts';
import { readerSet } from './queue-readers.ts';
import { refuseQuota } from './quotas.ts';
import type {
  AuditChange,
  FilterEntry,
  Merchant,
  QueueTarget,
  RegistryStore,
  Subscription,
  SubscriptionFilter,
} from './records.ts';
import { tokenDigest } from './token-digest.ts';
import {
  checkVersion,
  refuseWrite,
  retryOnConflict,
  type WriteContext,
  type WriteRefusal,
  type WriteResult,
  writeResult,
} from './write-result.ts';

export interface SubscriptionDeps {
  readonly registry: Pick<
    RegistryStore,
    'merchant' | 'connector' | 'subscription' | 'subscriptionsOf' | 'putSubscription'
  >;
  readonly queues: QueueDirectory;
  /** How long after a change its filter is in force: other processes may hold the old row so long (model.md 5). */
  readonly activationDelayMs: number;
  readonly randomToken: (bytes: number) => string;
}

export interface SubscriptionChange extends QueueOwner {
  /** Readers left out: as they are, at first none. */
  readonly queue: (Omit<ManagedQueue, 'readers'> & Partial<Pick<ManagedQueue, 'readers'>>) | NamedQueue;
  readonly filter: SubscriptionFilter;
  /** Left out: as it is, at first false. */
  readonly paused?: boolean | undefined;
  /** When it begins (ISO; model.md 5): its events since then are its own, and a backfill sends them. Never later than it was. */
  readonly startAt?: string | undefined;
}

/** The read token is known here and now only: its digest is what is stored. */
export interface SubscriptionWithToken {
  readonly subscription: Subscription;
  readonly readToken?: string;
}

const TOKEN_BYTES = 32;

/** Creates or changes a subscription. A changed filter is appended to its history; earlier entries are never rewritten. */
export async function putSubscription(
  deps: SubscriptionDeps,
  change: SubscriptionChange,
  context: WriteContext,
): Promise<WriteResult<SubscriptionWithToken>> {
  const resource = resourceOf(change.merchantId, change.subscriptionId);
  const wrong = await check(deps, change);
  if (wrong !== undefined) return wrong;
  let given: QueueChoice | undefined;
  const result = await retryOnConflict<SubscriptionWithToken>(resource, async () => {
    const before = await deps.registry.subscription(change.merchantId, change.subscriptionId);
    const refusal =
      checkVersion(context, resource, before) ?? (before === undefined ? await refuseOneMore(deps, change) : undefined);
    if (refusal !== undefined) return refusal;
    // Before the row: the relay may send as soon as there is one.
    const choice = choiceOf(change, before);
    const provision = await deps.queues.provide(choice, change);
    if (!provision.ok) return refuseQueue(resource, provision);
    given = choice;
    const readToken = before === undefined ? deps.randomToken(TOKEN_BYTES) : undefined;
    const record = recordOf(
      before,
      { ...change, queue: choice },
      provision.target,
      readToken,
      context,
      deps.activationDelayMs,
    );
    const changes = changedMembers(visible(before, change), visible(record, change));
    if (before !== undefined && changes.length === 0) {
      return { ok: true, created: false, record: { subscription: before } };
    }
    const what = before === undefined ? 'subscription.create' : whatChanged(changes, record);
    const audit = { at: record.updatedAt, who: context.who, what, resource, changes };
    const outcome = await deps.registry.putSubscription(record, before?.version, audit);
    const shown = { subscription: record, ...(readToken === undefined ? {} : { readToken }) };
    return writeResult(outcome, before === undefined, shown);
  });
  if (given?.managed) await keepReaders(deps, change, given.readers);
  return result;
}

/**
 * Of several writers at the same moment the last to set the queue's readers need not be the one whose row stands: who
 * has set some reads the row again and sets what it says.
 */
async function keepReaders(deps: SubscriptionDeps, owner: QueueOwner, given: readonly string[]): Promise<void> {
  let set = given;
  for (;;) {
    const row = await deps.registry.subscription(owner.merchantId, owner.subscriptionId);
    const wanted = row?.readers ?? [];
    if (row === undefined || !row.queue.managed || isDeepStrictEqual(wanted, set)) return;
    await deps.queues.provide({ managed: true, fifo: row.queue.fifo, readers: wanted }, owner);
    set = wanted;
  }
}

/** Made at the same moment, as many as are made may be too many: each has its own row. */
async function refuseOneMore(
  { registry }: SubscriptionDeps,
  { merchantId }: QueueOwner,
): Promise<WriteRefusal | undefined> {
  const inUse = (await registry.subscriptionsOf(merchantId)).length;
  return refuseQuota(await registry.merchant(merchantId), 'subscriptions', inUse, 'DELETE one that is not needed');
}

function whatChanged(changes: readonly AuditChange[], { paused }: Subscription): string {
  const isPause = changes.length === 1 && changes[0]?.field === 'paused';
  return isPause ? `subscription.${paused ? 'pause' : 'resume'}` : 'subscription.change';
}

function refuseQueue(resource: string, refusal: Exclude<QueueProvision, { ok: true }>): WriteRefusal {
  if (refusal.code === 'queue_conflict') return refuseWrite('queue_conflict', refusal.message);
  return refuseWrite('invalid', `${resource} was not written; see errors.`, refusal.problems);
}

/** Makes a new read token; the old one is worth nothing from then on. */
export function renewReadToken(
  deps: Pick<SubscriptionDeps, 'registry' | 'randomToken'>,
  merchantId: string,
  subscriptionId: string,
  context: WriteContext,
): Promise<WriteResult<SubscriptionWithToken>> {
  const resource = resourceOf(merchantId, subscriptionId);
  return retryOnConflict(resource, async () => {
    const before = await deps.registry.subscription(merchantId, subscriptionId);
    if (before === undefined) return noSubscription(merchantId, subscriptionId);
    const mismatch = checkVersion(context, resource, before);
    if (mismatch !== undefined) return mismatch;
    const now = context.now.toISOString();
    const readToken = deps.randomToken(TOKEN_BYTES);
    const readTokenSha256 = tokenDigest(readToken);
    const subscription: Subscription = { ...before, readTokenSha256, version: before.version + 1, updatedAt: now };
    const what = 'subscription.read-token';
    const audit = { at: now, who: context.who, what, resource, changes: [{ field: 'readToken' }] };
    const outcome = await deps.registry.putSubscription(subscription, before.version, audit);
    return writeResult(outcome, false, { subscription, readToken });
  });
}

/** Removes a subscription. Its queue and what lies in it stay; the caller drops its parking cursors. */
export async function removeSubscription(
  registry: Pick<RegistryStore, 'subscription' | 'deleteSubscription'>,
  merchantId: string,
  subscriptionId: string,
  context: WriteContext,
): Promise<WriteResult<Subscription>> {
  const resource = resourceOf(merchantId, subscriptionId);
  const before = await registry.subscription(merchantId, subscriptionId);
  if (before === undefined) return noSubscription(merchantId, subscriptionId);
  const mismatch = checkVersion(context, resource, before);
  if (mismatch !== undefined) return mismatch;
  const at = context.now.toISOString();
  const audit = { at, who: context.who, what: 'subscription.delete', resource, changes: [] };
  await registry.deleteSubscription(merchantId, subscriptionId, audit);
  return { ok: true, created: false, record: before };
}

export function noSubscription(merchantId: string, subscriptionId: string): WriteRefusal {
  return refuseWrite(
    'not_found',
    `Merchant ${JSON.stringify(merchantId)} has no subscription ${JSON.stringify(subscriptionId)}.`,
  );
}

function resourceOf(merchantId: string, subscriptionId: string): string {
  return `/merchants/${merchantId}/subscriptions/${subscriptionId}`;
}

async function check(deps: SubscriptionDeps, change: SubscriptionChange): Promise<WriteRefusal | undefined> {
  const merchant = await deps.registry.merchant(change.merchantId);
  if (merchant === undefined || merchant.archived) return noMerchant(merchant, change.merchantId);
  const problems = [
    ...checkTypes(change.filter),
    ...(await checkConnectors(deps, change)),
    ...checkQueue(deps, change),
  ];
  if (problems.length === 0) return undefined;
  const fields = problems.map(({ field }) => field).join(', ');
  const resource = resourceOf(change.merchantId, change.subscriptionId);
  return refuseWrite('invalid', `${resource} was not written; see errors for ${fields}.`, problems);
}

function noMerchant(merchant: Merchant | undefined, merchantId: string): WriteRefusal {
  const state = merchant === undefined ? 'There is no merchant' : 'Archived is the merchant';
  const message = `${state} ${JSON.stringify(merchantId)}: PUT /merchants/${merchantId} first.`;
  return refuseWrite('invalid', message, [{ field: '/merchantId', value: merchantId, message }]);
}

function checkTypes(filter: SubscriptionFilter): readonly FieldProblem[] {
  return filter.types.flatMap((value, i) =>
    isTypePattern(value)
      ? []
      : [
          {
            field: `/types/${i}`,
            value,
            message:
              'is no pattern of event types: segments of a-z 0-9 _ or * with dots between, as payment.*.finished',
          },
        ],
  );
}

async function checkConnectors(deps: SubscriptionDeps, change: SubscriptionChange): Promise<readonly FieldProblem[]> {
  const checked = await Promise.all(
    change.filter.connectors.map(async (value, i): Promise<readonly FieldProblem[]> => {
      const connector = await deps.registry.connector(value);
      if (connector?.merchantId === change.merchantId) return [];
      // One sentence for both, so that it does not say whose the connector is.
      return [{ field: `/connectors/${i}`, value, message: `merchant ${change.merchantId} has no such connector` }];
    }),
  );
  return checked.flat();
}

function checkQueue(deps: SubscriptionDeps, change: SubscriptionChange): readonly FieldProblem[] {
  // As they were sent, so that what is wrong is found where it stands.
  const { queue } = change;
  const problems = deps.queues.check(queue.managed ? { ...queue, readers: queue.readers ?? [] } : queue, change);
  return problems.length > 0 || queue.managed ? problems : checkFifo(queue);
}

function choiceOf({ queue }: SubscriptionChange, before: Subscription | undefined): QueueChoice {
  return queue.managed ? { ...queue, readers: readerSet(queue.readers ?? before?.readers ?? []) } : queue;
}

function recordOf(
  before: Subscription | undefined,
  change: SubscriptionChange & { readonly queue: QueueChoice },
  queue: QueueTarget,
  readToken: string | undefined,
  context: WriteContext,
  activationDelayMs: number,
): Subscription {
  const now = context.now.toISOString();
  return {
    merchantId: change.merchantId,
    subscriptionId: change.subscriptionId,
    queue,
    ...(change.queue.managed && change.queue.readers.length > 0 ? { readers: change.queue.readers } : {}),
    entries: entriesOf(startedAt(before?.entries, change), change.filter, context.now.getTime() + activationDelayMs),
    paused: change.paused ?? before?.paused ?? false,
    readTokenSha256: readToken === undefined ? (before?.readTokenSha256 ?? '') : tokenDigest(readToken),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** A first entry that begins earlier has the filter of the one that was first; a new subscription's has its own. */
export function startedAt(
  entries: readonly FilterEntry[] | undefined,
  { startAt, filter }: Pick<SubscriptionChange, 'startAt' | 'filter'>,
): readonly FilterEntry[] {
  const [first] = entries ?? [];
  if (startAt === undefined || (first !== undefined && first.from <= startAt)) return entries ?? [];
  return [{ from: startAt, filter: first?.filter ?? filter }, ...(entries ?? [])];
}

/** Each entry begins after the one before it, whatever the clock says: no moment has two filters. */
function entriesOf(
  entries: readonly FilterEntry[],
  filter: SubscriptionFilter,
  fromMs: number,
): readonly FilterEntry[] {
  const last = entries.at(-1);
  if (last !== undefined && isDeepStrictEqual(last.filter, filter)) return entries;
  const earliestMs = last === undefined ? fromMs : Date.parse(last.from) + 1;
  return [...entries, { from: new Date(Math.max(fromMs, earliestMs)).toISOString(), filter }];
}

function visible(
  subscription: Subscription | undefined,
  { startAt }: Pick<SubscriptionChange, 'startAt'>,
): Readonly<Record<string, unknown>> {
  if (subscription === undefined) return {};
  const { queue, readers = [], paused, entries } = subscription;
  const start = startAt === undefined ? {} : { startAt: entries[0]?.from };
  return { queue, readers, paused, ...entries.at(-1)?.filter, ...start };
}
