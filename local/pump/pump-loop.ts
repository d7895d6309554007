import { setTimeout as pause } from 'node:timers/promises';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import type { HeadMove } from '#shared/pipeline/relay.ts';
import { createSignal } from './signal.ts';

/** Where the pump's two streams have got to; survives the process. */
export type PositionName = 'applied' | 'relayed';

export interface PumpLoopDeps {
  /** Inbox rows behind a position, oldest first; empty: no more for now. */
  readonly rowsAfter: (
    position: number,
    limit: number,
  ) => Promise<readonly { readonly position: number; readonly row: InboxRow }[]>;
  /** Versions behind a position, in the order of their commits. */
  readonly versionsAfter: (
    position: number,
    limit: number,
  ) => Promise<readonly { readonly position: number; readonly key: SubjectKey; readonly version: number }[]>;
  readonly position: (name: PositionName) => Promise<number>;
  readonly setPosition: (name: PositionName, position: number) => Promise<void>;
  /** Runs `work` in one transaction; `work` waits for nothing but the same store. */
  readonly batch: <T>(work: () => Promise<T>) => Promise<T>;
  readonly apply: (row: InboxRow) => Promise<unknown>;
  /** A record that cannot be applied although the store works: noted, so that the next ones go on. */
  readonly fail: (row: InboxRow, error: unknown) => Promise<void>;
  readonly relay: (moves: readonly HeadMove[]) => Promise<void>;
  readonly redeliver: () => Promise<{ readonly claimed: number }>;
  /** When the next parked delivery is due, in milliseconds from now; undefined: none is parked. */
  readonly nextRedeliveryMs: () => Promise<number | undefined>;
  /** Puts the questions that nobody's callback gives rise to. */
  readonly reconcile: (isOver: () => boolean) => Promise<void>;
  /** Asks gateways what is due; how many questions moved. */
  readonly confirm: (isOver: () => boolean) => Promise<number>;
  /** When the next question is due, in milliseconds from now; undefined: none waits. */
  readonly nextQuestionMs: () => Promise<number | undefined>;
  readonly isStorageTrouble: (error: unknown) => boolean;
  readonly trouble: (error: unknown) => void;
}

/** Rows applied with one commit; after each batch requests get their turn. */
const ROWS_AT_ONCE = 64;
const VERSIONS_AT_ONCE = 200;
/** A parked delivery is looked for at least this often, whatever the timer says. */
const LONGEST_REST_MS = 60_000;
/** After a batch that was not full. */
const GATHER_MS = 8;
const RECONCILE_EACH_MS = 60_000;
const PAUSE_AFTER_TROUBLE_MS = 1_000;

export interface PumpLoop {
  /** New inbox rows. */
  wake(): void;
  /** Parked deliveries may be due: a subscription was changed or resumed. */
  wakeRedelivery(): void;
  /** A question to a gateway was put. */
  wakeConfirm(): void;
  /** Ends after the batches under way. */
  stop(): Promise<void>;
}

/**
 * Applies, relays, redelivers, reconciles and asks gateways side by side, each behind its own stored position, so that a slow queue holds up neither
 * applying nor the answers to requests. Storage trouble is reported and tried again; nothing is passed over.
 *
 * Every step begins in a turn of the event loop of its own: the stores answer without leaving that turn, so no step runs
 * inside the transaction of another.
 */
export function startPumpLoop(deps: PumpLoopDeps): PumpLoop {
  const signals = {
    apply: createSignal(),
    relay: createSignal(),
    redeliver: createSignal(),
    reconcile: createSignal(),
    confirm: createSignal(),
  };
  let stopping = false;

  async function steps(
    signal: ReturnType<typeof createSignal>,
    step: () => Promise<number | undefined>,
  ): Promise<void> {
    while (!stopping) {
      await nextTurn();
      let restMs: number | undefined;
      try {
        restMs = await step();
      } catch (error) {
        deps.trouble(error);
        restMs = PAUSE_AFTER_TROUBLE_MS;
      }
      if (restMs !== 0 && !stopping) await signal.wait(restMs);
    }
  }

  /** Steps answer how long to rest unless woken: 0 not at all, undefined for ever. */
  async function applyStep(): Promise<number | undefined> {
    const applied = await applySome(deps);
    if (applied === 0) return undefined;
    signals.relay.fire();
    // A short rest gathers what comes meanwhile into one commit: the disk's flushes are the HTTP thread's first.
    if (applied < ROWS_AT_ONCE) await pause(GATHER_MS);
    return 0;
  }

  async function relayStep(): Promise<number | undefined> {
    const versions = await deps.versionsAfter(await deps.position('relayed'), VERSIONS_AT_ONCE);
    const last = versions.at(-1);
    if (last === undefined) return undefined;
    await deps.relay(versions.map(({ key, version }) => ({ key, after: version - 1, upTo: version })));
    await deps.setPosition('relayed', last.position);
    signals.redeliver.fire();
    return 0;
  }

  async function redeliverStep(): Promise<number | undefined> {
    const { claimed } = await deps.redeliver();
    if (claimed > 0) return 0;
    return Math.min((await deps.nextRedeliveryMs()) ?? LONGEST_REST_MS, LONGEST_REST_MS);
  }

  async function reconcileStep(): Promise<number> {
    await deps.reconcile(() => stopping);
    return RECONCILE_EACH_MS;
  }

  async function confirmStep(): Promise<number> {
    const moved = await deps.confirm(() => stopping);
    const nextMs = Math.min((await deps.nextQuestionMs()) ?? LONGEST_REST_MS, LONGEST_REST_MS);
    // What is due and does not move is in trouble.
    return moved > 0 ? nextMs : Math.max(nextMs, PAUSE_AFTER_TROUBLE_MS);
  }

  const loops = [
    steps(signals.apply, applyStep),
    steps(signals.relay, relayStep),
    steps(signals.redeliver, redeliverStep),
    steps(signals.reconcile, reconcileStep),
    steps(signals.confirm, confirmStep),
  ];

  return {
    wake: () => signals.apply.fire(),
    wakeRedelivery: () => signals.redeliver.fire(),
    wakeConfirm: () => signals.confirm.fire(),
    async stop() {
      stopping = true;
      for (const signal of Object.values(signals)) signal.fire();
      await Promise.all(loops);
    },
  };
}

/** One batch in one commit; where that fails on other grounds than storage, row by row. Answers how many were taken. */
async function applySome(deps: PumpLoopDeps): Promise<number> {
  const rows = await deps.rowsAfter(await deps.position('applied'), ROWS_AT_ONCE);
  const last = rows.at(-1);
  if (last === undefined) return 0;
  try {
    await deps.batch(async () => {
      for (const { row } of rows) await deps.apply(row);
      await deps.setPosition('applied', last.position);
    });
  } catch (error) {
    if (deps.isStorageTrouble(error)) throw error;
    for (const one of rows) await applyAlone(deps, one.row, one.position);
  }
  return rows.length;
}

async function applyAlone(deps: PumpLoopDeps, row: InboxRow, position: number): Promise<void> {
  try {
    await deps.batch(async () => {
      await deps.apply(row);
      await deps.setPosition('applied', position);
    });
  } catch (error) {
    if (deps.isStorageTrouble(error)) throw error;
    deps.trouble(error);
    await deps.batch(async () => {
      await deps.fail(row, error);
      await deps.setPosition('applied', position);
    });
  }
}

/** The macrotask after this one: messages of the other thread are taken in between. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
