import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describeError } from '#local/describe-error.ts';
import { QueueEngine } from '#local/queue/engine.ts';
import { createSqsHandler } from '#local/queue/protocol.ts';
import { openQueueDatabase } from '#local/queue/queue-database.ts';
import { openInboxReader } from '#local/store/inbox-reads.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#local/store/ledger-database.ts';
import { sqliteCode } from '#local/store/sqlite-trouble.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { createAdminApi } from '#shared/http/admin-api.ts';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import type { Clock, InboxRow, InboxStore } from '#shared/pipeline/ports.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import type { RetryPlan } from '#shared/pipeline/retry-plan.ts';
import type { SecretBox } from '#shared/registry/records.ts';
import { createInboxOverPort } from './inbox-over-port.ts';
import { createQueueDirectory, createQueueSender } from './local-queues.ts';
import type { FromPump, PumpSettings, ToPump } from './messages.ts';
import { moveQueueUrls } from './move-queue-urls.ts';
import { createOutsideSender } from './outside-sender.ts';
import { nextTurn, startPumpLoop } from './pump-loop.ts';
import { createRequestDesk } from './request-desk.ts';

/** Pauses grow from a second to half a minute; after some four days a delivery waits for an operator. */
const RETRY: RetryPlan = {
  firstPauseMs: 1_000,
  maxPauseMs: 30_000,
  deadAfterAttempts: 11_520,
  claimMs: 60_000,
};
const TOKEN_ENCODING = 'base64url';

export interface Pump {
  take(message: ToPump): void;
}

export interface PumpDeps {
  readonly settings: PumpSettings;
  readonly secrets: SecretBox;

  readonly post: (message: FromPump) => void;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Everything behind the answer, in a thread of its own: the one writer of `ledger.db` and `queues.db`. The inbox file
 * must exist. Throws where a file cannot be opened.
 */
export async function openPump(deps: PumpDeps): Promise<Pump> {
  const { settings, post } = deps;
  const clock: Clock = { now: () => new Date() };
  const stopping = new AbortController();
  const trouble = (error: unknown) => post({ kind: 'trouble', message: describeError(error) });
  const inboxReader = openInboxReader(join(settings.dataFolder, 'inbox.db'));
  const ledger = openLedgerDatabase(join(settings.dataFolder, 'ledger.db'));
  const queueFile = openQueueDatabase(join(settings.dataFolder, 'queues.db'));
  const engine = new QueueEngine(queueFile, { now: () => Date.now(), randomId: randomUUID });
  await moveQueueUrls(ledger.registry, settings.sqsEndpoint, clock.now());

  const overPort = createInboxOverPort(post);
  const inbox: InboxStore = { ...inboxReader, put: overPort.put };
  const outside = createOutsideSender(stopping.signal, deps.env);
  const applyDeps: ApplyDeps = {
    gateways: GATEWAYS,
    ledger: ledger.ledger,
    delivery: ledger.delivery,
    clock,
    release: settings.release,
  };
  const relayDeps: RelayDeps = {
    ledger: ledger.ledger,
    registry: ledger.registry,
    delivery: ledger.delivery,
    sender: createQueueSender({ engine, sqsEndpoint: settings.sqsEndpoint, outside, nextTurn }),
    clock,
    apiBase: settings.apiBase,
    retry: RETRY,
    breaker: createBreaker(clock, RETRY),
  };

  const sqs = createSqsHandler({ engine, now: () => Date.now(), endpointBase: settings.sqsEndpoint, onFault: trouble });
  const loop = startPumpLoop({
    rowsAfter: (position, limit) => {
      Atomics.store(new Int32Array(settings.wakePending), 0, 0);
      return inboxReader.rowsAfter(position, limit);
    },
    versionsAfter: ledger.ledger.versionsAfter,
    position: ledger.positions.position,
    setPosition: ledger.positions.setPosition,
    batch: ledger.batch,
    apply: (row) => applyCallback(applyDeps, row),
    fail: (row, error) => noteFailed(applyDeps, row, error),
    relay: (moves) => relay(relayDeps, moves),
    redeliver: () => redeliver(relayDeps),
    nextRedeliveryMs: () => untilNextDue(ledger, clock),
    isStorageTrouble,
    trouble,
  });
  const admin = createAdminApi({
    registry: ledger.registry,
    ledger: ledger.ledger,
    inbox,
    refused: { list: overPort.listRefused },
    delivery: ledger.delivery,
    secrets: deps.secrets,
    gateways: GATEWAYS,
    queues: createQueueDirectory(engine, settings.sqsEndpoint),
    clock,
    randomToken: (bytes) => randomBytes(bytes).toString(TOKEN_ENCODING),
    operatorTokenSha256: settings.operatorTokenSha256,
    callbackBase: settings.callbackBase,
    schemaBase: settings.apiBase,
    activationDelayMs: 0,
    progress: async () => ({
      unapplied: await inboxReader.countAfter(await ledger.positions.position('applied')),
      unpublished: await ledger.ledger.countVersionsAfter(await ledger.positions.position('relayed')),
    }),
    registryChanged: async (kind, id) => {
      if (kind === 'connector') post({ kind: 'connector_changed', connectorId: id });
      if (kind === 'subscription') loop.wakeRedelivery();
    },
    trouble,
  });
  const desk = createRequestDesk({ admin, sqs: (action, body, signal) => sqs.handle({ action, body, signal }), post });

  async function stop(): Promise<void> {
    stopping.abort();
    sqs.close();
    await desk.close();
    await loop.stop();
    outside.close();
    await ledger.close();
    queueFile.close();
    inboxReader.close();
    post({ kind: 'stopped' });
  }

  return {
    take(message) {
      if (message.kind === 'wake') loop.wake();
      else if (message.kind === 'stop') stop().catch(trouble);
      else if (message.kind === 'stored' || message.kind === 'refused_list' || message.kind === 'not_done') {
        overPort.take(message);
      } else if (message.kind !== 'start') desk.take(message);
    },
  };
}

async function untilNextDue(ledger: LedgerDatabase, clock: Clock): Promise<number | undefined> {
  const at = await ledger.delivery.nextDueAt();
  return at === undefined ? undefined : Math.max(0, Date.parse(at) - clock.now().getTime());
}

/** A bug behind normalizing: the record is kept as failed with code and release, to be replayed after the fix. */
async function noteFailed(deps: ApplyDeps, row: InboxRow, error: unknown): Promise<void> {
  const { callbackId, connectorId } = row;
  // Not the message: it may quote the callback.
  const message =
    error instanceof Error ? `${error.name}: see the log of ${deps.clock.now().toISOString()}` : 'no Error was thrown';
  const at = deps.clock.now().toISOString();
  await deps.delivery.putFailed({ callbackId, connectorId, code: 'apply_bug', message, release: deps.release, at });
  await deps.ledger.putOutcome(callbackId, 'failed', []);
}

/** SQLITE_TOOBIG, _CONSTRAINT, _MISMATCH: about one value of one record, so that trying again cannot help. */
const ABOUT_THE_RECORD: ReadonlySet<number> = new Set([18, 19, 20]);

function isStorageTrouble(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && !ABOUT_THE_RECORD.has(code);
}
