import { describeError } from '#local/describe-error.ts';
import { createSqsHandler } from '#local/queue/protocol.ts';
import { createLazyRemoteTools } from '#local/remote-tools.ts';
import { isStorageTrouble } from '#local/store/sqlite-trouble.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import type { Clock, InboxRow } from '#shared/pipeline/ports.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import type { RetryPlan } from '#shared/pipeline/retry-plan.ts';
import type { SecretBox } from '#shared/registry/records.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { type ConfirmRound, createConfirmRound } from './confirm-round.ts';
import { createGatewayClient } from './gateway-client.ts';
import { createInboxOverPort } from './inbox-over-port.ts';
import { createQueueSender } from './local-queues.ts';
import type { FromPump, PumpSettings, ToPump } from './messages.ts';
import { moveQueueUrls } from './move-queue-urls.ts';
import { createOutsideSender } from './outside-sender.ts';
import { createPumpAdmin } from './pump-admin.ts';
import { openPumpFiles, type PumpFiles } from './pump-files.ts';
import { nextTurn, type PumpLoop, startPumpLoop } from './pump-loop.ts';
import { createReconcileRound } from './reconcile-round.ts';
import { createRequestDesk } from './request-desk.ts';

/** Pauses grow from a second to half a minute; refused for four days, a delivery waits for an operator. */
const RETRY: RetryPlan = {
  firstPauseMs: 1_000,
  maxPauseMs: 30_000,
  deadAfterAttempts: (4 * 86_400) / 30,
  claimMs: 60_000,
};
/** The relay tries no queue that has refused: redelivery does, beside it, and closes the breaker when the queue takes. */
const UNTIL_REDELIVERED: RetryPlan = { ...RETRY, firstPauseMs: Infinity, maxPauseMs: Infinity };
const CLOCK: Clock = { now: () => new Date() };

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
  const { sqsEndpoint } = settings;
  const stopping = new AbortController();
  const tell = (message: string) => post({ kind: 'trouble', message });
  const trouble = (error: unknown) => tell(describeError(error));
  const files = tellingOfQuestions(openPumpFiles(settings.dataFolder), () => loop.wakeConfirm());
  const { engine } = files;
  await moveQueueUrls(files.ledger.registry, sqsEndpoint, CLOCK.now());

  const overPort = createInboxOverPort(post);
  const outside = {
    relay: createOutsideSender('relay', stopping.signal, deps.env),
    redelivery: createOutsideSender('redelivery', stopping.signal, deps.env),
  };
  const pipeline: ApplyDeps & RelayDeps = {
    gateways: GATEWAYS,
    ledger: files.ledger.ledger,
    delivery: files.ledger.delivery,
    registry: files.ledger.registry,
    connectorVersions: createVersionLookup(files.ledger.registry),
    clock: CLOCK,
    release: settings.release,
    mayHaveFailed: true,
    sender: createQueueSender({ engine, sqsEndpoint, outside: outside.relay, nextTurn }),
    apiBase: settings.apiBase,
    retry: RETRY,
    breaker: createBreaker(CLOCK, UNTIL_REDELIVERED),
  };
  const patient = createQueueSender({ engine, sqsEndpoint, outside: outside.redelivery, nextTurn });
  const outbound = createGatewayClient(settings.release, stopping.signal, deps.env, settings.standIn);
  const confirming = createConfirmRound({
    ...{ stores: files.ledger, inbox: { get: files.inbox.get, put: overPort.put }, secrets: deps.secrets },
    ...{ outbound, gateways: GATEWAYS, clock: CLOCK, trouble, tell },
  });
  const redelivery = { ...pipeline, sender: patient };
  const reconcile = createReconcileRound({ stores: files.ledger, clock: CLOCK, tell });
  const loop = loopOver(files, { pipeline, redelivery, confirming, reconcile }, settings.wakePending, trouble);
  const sqs = createSqsHandler({ engine, now: () => Date.now(), endpointBase: sqsEndpoint, onFault: trouble });
  const admin = createPumpAdmin({
    settings,
    files,
    overPort,
    secrets: deps.secrets,
    outbound,
    remote: createLazyRemoteTools(settings.release, deps.env, settings.standIn),
    // Nobody's events wait behind a redrive or a backfill.
    pipeline: redelivery,
    connectorChanged: (connectorId) => post({ kind: 'connector_changed', connectorId }),
    deliveriesReleased: loop.wakeRedelivery,
    trouble,
  });
  const desk = createRequestDesk({ admin, sqs: (action, body, signal) => sqs.handle({ action, body, signal }), post });

  async function stop(): Promise<void> {
    stopping.abort();
    sqs.close();
    await desk.close();
    await loop.stop();
    outside.relay.close();
    outside.redelivery.close();
    await files.close();
    post({ kind: 'stopped' });
  }

  return {
    take(message) {
      if (message.kind === 'wake') loop.wake();
      else if (message.kind === 'stop') stop().catch(trouble);
      else if (isReply(message)) overPort.take(message);
      else if (message.kind !== 'start') desk.take(message);
    },
  };
}

type Reply = Parameters<ReturnType<typeof createInboxOverPort>['take']>[0];

function isReply(message: ToPump): message is Reply {
  return ['stored', 'refused_list', 'refused_kept', 'not_done'].includes(message.kind);
}

/** Wakes whoever asks gateways with each question that is put. Inside a batch it waits with its first read for the commit. */
function tellingOfQuestions(files: PumpFiles, tell: () => void): PumpFiles {
  const { delivery } = files.ledger;
  const putConfirmation: typeof delivery.putConfirmation = async (request) => {
    const put = await delivery.putConfirmation(request);
    if (put === 'put') tell();
    return put;
  };
  return { ...files, ledger: { ...files.ledger, delivery: { ...delivery, putConfirmation } } };
}

interface Loops {
  readonly pipeline: ApplyDeps & RelayDeps;
  readonly redelivery: RelayDeps;
  readonly confirming: ConfirmRound;
  readonly reconcile: ReturnType<typeof createReconcileRound>;
}

function loopOver(
  files: PumpFiles,
  { pipeline, redelivery, confirming, reconcile }: Loops,
  wakePending: SharedArrayBuffer,
  trouble: (error: unknown) => void,
): PumpLoop {
  const { ledger, positions, delivery, batch } = files.ledger;
  const pending = new Int32Array(wakePending);
  return startPumpLoop({
    rowsAfter(position, limit) {
      // Before the read: what is committed after it sends a wake-up of its own.
      Atomics.store(pending, 0, 0);
      return files.inbox.rowsAfter(position, limit);
    },
    versionsAfter: ledger.versionsAfter,
    position: positions.position,
    setPosition: positions.setPosition,
    batch,
    apply: (row) => applyCallback(pipeline, row),
    fail: (row, error) => noteFailed(pipeline, row, error),
    relay: (moves) => relay(pipeline, moves),
    redeliver: () => redeliver(redelivery),
    async nextRedeliveryMs() {
      const at = await delivery.nextDueAt();
      return at === undefined ? undefined : Math.max(0, Date.parse(at) - CLOCK.now().getTime());
    },
    reconcile,
    confirm: confirming.confirm,
    nextQuestionMs: confirming.nextMs,
    isStorageTrouble,
    trouble,
  });
}

/** A bug behind normalizing: the record is kept as failed with code and release, to be replayed after the fix. */
async function noteFailed(deps: ApplyDeps, row: InboxRow, error: unknown): Promise<void> {
  const { callbackId, connectorId, receivedAt } = row;
  const message = describeError(error).slice(0, 512);
  const at = deps.clock.now().toISOString();
  await deps.delivery.putFailed({ callbackId, connectorId, code: 'apply_bug', message, release: deps.release, at });
  await deps.ledger.putOutcome({ callbackId, connectorId, receivedAt, outcome: 'failed' });
}
