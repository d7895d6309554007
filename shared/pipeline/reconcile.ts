import type { Gateway } from '#shared/gateways/gateway.ts';
import type { Connector, RegistryStore } from '#shared/registry/records.ts';
import type { Clock, DeliveryStore, LedgerStore } from './ports.ts';
import { placeOf } from './read-facts.ts';
import { askWhatChanged } from './reconcile-discovery.ts';
import { askASample } from './reconcile-drift.ts';
import { askAboutDue } from './reconcile-due.ts';

export interface ReconcileDeps {
  readonly ledger: Pick<LedgerStore, 'dueHeads' | 'takeDue' | 'find'>;
  readonly delivery: Pick<DeliveryStore, 'putConfirmation' | 'confirmation'>;
  readonly registry: Pick<RegistryStore, 'connectors'>;
  readonly gateways: Readonly<Record<string, Pick<Gateway, 'asking' | 'confirms'>>>;
  readonly clock: Clock;
  /** A number from 0 to below 1 for a text, the same again for the same: a round that is repeated asks nothing twice. */
  readonly chance: (of: string) => number;
  /** One commit for what `work` does with the stores, where the home has such a thing. */
  readonly batch: <T>(work: () => Promise<T>) => Promise<T>;
  readonly settings: ReconcileSettings;
  readonly memory: ReconcileMemory;
}

export interface ReconcileSettings {
  /** How often connectors are looked after, and how long a span of discovery is, in minutes. */
  readonly roundMinutes: number;
  /** Finished payments of each connector that are asked about again in a round. */
  readonly driftSample: number;
}

export const RECONCILE_SETTINGS: ReconcileSettings = { roundMinutes: 60, driftSample: 20 };

/** How far the round of all connectors has come; lost with the process, the round is repeated, which is harmless. */
export interface ReconcileMemory {
  round?: number;
  /** Of the list of connectors; null: the round is done. */
  cursor?: string | null;
}

/** What should have been asked and was not. */
export interface NotDone {
  readonly connectorId: string;
  /**
   * `not_configured`: credentials are missing. `given_up`, `late`: the span before was not read to its end, or not yet.
   * `unread`: parts of it could not be read. `trouble`: a bug of ours with this connector.
   */
  readonly code: 'not_configured' | 'given_up' | 'late' | 'unread' | 'trouble';
  readonly why: string;
}

export interface ReconcileReport {
  /** Questions put about payments that are past their due time. */
  readonly overdue: number;
  /** Spans of time that a gateway is asked for what changed in them. */
  readonly spans: number;
  /** Finished payments that are asked about again. */
  readonly sampled: number;
  readonly notDone: readonly NotDone[];
  /** True: the time was over before all was looked at; the next run goes on. */
  readonly cut: boolean;
}

const CONNECTORS_AT_ONCE = 50;

/**
 * Puts the questions that nobody's callback gives rise to (DESIGN.md "reconcile"): about payments past their due time, each
 * minute; about what changed at the gateways, and a sample of finished payments, once a round. It asks nobody itself:
 * confirm does, within the gateways' limits. Where nothing is due it costs the look into the index of due times. Runs may
 * overlap and be broken off anywhere: each question is known by what it is about, and written once.
 */
export async function reconcile(deps: ReconcileDeps, isOver: () => boolean = () => false): Promise<ReconcileReport> {
  const due = await askAboutDue(deps, isOver);
  const round = await goRound(deps, isOver);
  return { overdue: due.asked, ...round, cut: due.cut || round.cut };
}

type Round = Pick<ReconcileReport, 'spans' | 'sampled' | 'notDone' | 'cut'>;

/** All connectors, once a round; broken off, it goes on with the page of connectors that it was at. */
async function goRound(deps: ReconcileDeps, isOver: () => boolean): Promise<Round> {
  const { memory, settings, clock } = deps;
  const number = Math.floor(clock.now().getTime() / (settings.roundMinutes * 60_000));
  if (memory.round !== number) {
    memory.round = number;
    delete memory.cursor;
  }
  let [spans, sampled] = [0, 0];
  const notDone: NotDone[] = [];
  while (memory.cursor !== null) {
    if (isOver()) return { spans, sampled, notDone, cut: true };
    const { cursor } = memory;
    const page = await deps.registry.connectors({ limit: CONNECTORS_AT_ONCE, ...(cursor !== undefined && { cursor }) });
    for (const connector of page.items) {
      const one = await lookAfterAlone(deps, connector, number);
      spans += one.spans;
      sampled += one.sampled;
      notDone.push(...one.notDone);
    }
    memory.cursor = page.cursor;
  }
  return { spans, sampled, notDone, cut: false };
}

/** A bug met with one connector keeps no other from being looked after; storage trouble is everybody's, and comes again. */
async function lookAfterAlone(deps: ReconcileDeps, connector: Connector, round: number): Promise<Omit<Round, 'cut'>> {
  try {
    return await lookAfter(deps, connector, round);
  } catch (error) {
    if (!BUGS.some((bug) => error instanceof bug)) throw error;
    const { connectorId } = connector;
    return { spans: 0, sampled: 0, notDone: [{ connectorId, code: 'trouble', why: placeOf(error) }] };
  }
}

const BUGS = [TypeError, RangeError, SyntaxError, ReferenceError];

async function lookAfter(deps: ReconcileDeps, connector: Connector, round: number): Promise<Omit<Round, 'cut'>> {
  const { connectorId, settings, secretNames, active, archived } = connector;
  const gateway = deps.gateways[connector.gateway];
  const asking = gateway?.asking;
  // What has no API to ask is nothing left undone: its payments reach their horizon all the same.
  if (!active || archived || asking === undefined) return { spans: 0, sampled: 0, notDone: [] };
  const missing = asking.missing({ settings, secretNames });
  if (missing.length > 0) {
    const why = `The gateway's API cannot be asked: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`;
    return { spans: 0, sampled: 0, notDone: [{ connectorId, code: 'not_configured', why }] };
  }
  const discovered = asking.discover === undefined ? undefined : await askWhatChanged(deps, connector, round);
  const sampled = gateway?.confirms.includes('transaction') ? await askASample(deps, connector, round) : 0;
  return { spans: discovered?.spans ?? 0, sampled, notDone: discovered?.notDone ?? [] };
}
