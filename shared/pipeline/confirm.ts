import type { ConfirmDeps, ConfirmOutcome } from './confirm-deps.ts';
import type { Lane } from './confirm-held.ts';
import { confirmOne } from './confirm-one.ts';
import { RESTING } from './confirm-plan.ts';
import type { AskPause, ConfirmRequest } from './ports.ts';

/** Questions looked up in one go, and connectors asked side by side. */
const QUESTIONS_AT_ONCE = 200;
const CONNECTORS_AT_ONCE = 16;
/** A slow gateway holds up the look for what else is due no longer than this, and the question under way. */
const LANE_MS = 10_000;
/** What a connector did not get through then rests for so long, so that others' questions come into sight. */
const REST_MS = 5_000;
const TROUBLE_PAUSE_MS = 30_000;
/** Who put a question may be so much ahead of us: what was due at once for it is due. */
const CLOCKS_APART_MS = 5_000;

/** How many questions came to what; those that came to nothing of a kind are left out. */
export type ConfirmReport = Readonly<Partial<Record<ConfirmOutcome, number>>>;

/**
 * Asks gateways what is due, all connectors side by side and each one question after the other, until nothing is due or
 * `isOver`. Runs may overlap: every question is claimed, and turns are taken from one rate.
 */
export async function confirmDue(deps: ConfirmDeps, isOver: () => boolean = () => false): Promise<ConfirmReport> {
  const total: Counts = {};
  const rests: Rests = new Map();
  for (;;) {
    const due = await deps.delivery.dueConfirmations(deps.clock.now().toISOString(), QUESTIONS_AT_ONCE);
    const { counts, moved } = await askAll(deps, due, isOver, rests);
    add(total, counts);
    // None moved: they are others' by now, or our own stores are in trouble.
    if (isOver() || !moved) return total;
  }
}

/** The same for questions that are known to wait: those that have just been put, as a stream of changes shows them. */
export async function confirmThese(
  deps: ConfirmDeps,
  questions: readonly ConfirmRequest[],
  isOver: () => boolean = () => false,
): Promise<ConfirmReport> {
  const soon = new Date(deps.clock.now().getTime() + CLOCKS_APART_MS).toISOString();
  const due = questions.filter(({ state, nextAt }) => state === 'waiting' && nextAt !== null && nextAt <= soon);
  return (await askAll(deps, due, isOver, new Map())).counts;
}

/** By connector: until when it rests. */
type Rests = Map<string, AskPause>;
type Counts = Partial<Record<ConfirmOutcome, number>>;

/** Adds up reports. */
export function add(total: Counts, more: ConfirmReport): void {
  for (const [outcome, count] of Object.entries(more) as [ConfirmOutcome, number][]) {
    total[outcome] = (total[outcome] ?? 0) + count;
  }
}

async function askAll(
  deps: ConfirmDeps,
  due: readonly ConfirmRequest[],
  isOver: () => boolean,
  rests: Rests,
): Promise<{ readonly counts: Counts; readonly moved: boolean }> {
  const counts: Counts = {};
  const lanes = [...Map.groupBy(due, ({ connectorId }) => connectorId).values()];
  const note = (outcome: ConfirmOutcome) => add(counts, { [outcome]: 1 });
  const moved = await sideBySide(lanes, (questions) => goThrough(deps, questions, { isOver, note, rests }));
  return { counts, moved: moved.includes(true) };
}

interface Run {
  readonly isOver: () => boolean;
  readonly note: (outcome: ConfirmOutcome) => void;
  readonly rests: Rests;
}

/** All questions are of one connector. True: at least one of them moved. */
async function goThrough(
  deps: ConfirmDeps,
  questions: readonly ConfirmRequest[],
  { isOver, note, rests }: Run,
): Promise<boolean> {
  const [first] = questions;
  if (first === undefined) return false;
  const nowMs = () => deps.clock.now().getTime();
  const endMs = nowMs() + LANE_MS;
  let moved = false;
  try {
    const rest = rests.get(first.connectorId);
    const isResting = rest !== undefined && Date.parse(rest.until) > nowMs();
    const lane: Lane = { pause: isResting ? rest : await deps.delivery.askPause(first.connectorId) };
    for (const question of questions.toSorted(inOrder)) {
      if (isOver()) return moved;
      if (nowMs() > endMs) lane.pause = restAfter(first.connectorId, lane, nowMs(), rests);
      const outcome = await confirmOne(deps, question, lane);
      note(outcome);
      moved ||= outcome !== 'taken';
    }
  } catch (error) {
    deps.trouble(error);
    moved = (await restAfterTrouble(deps, first.connectorId)) || moved;
  }
  return moved;
}

/** Its time is over: what is left waits, unless a longer pause has begun. */
function restAfter(connectorId: string, { pause }: Lane, nowMs: number, rests: Rests): AskPause {
  const rest = { until: new Date(nowMs + REST_MS).toISOString(), outcome: RESTING, times: 1 };
  if (pause !== undefined && pause.until >= rest.until) return pause;
  rests.set(connectorId, rest);
  return rest;
}

/** Our own trouble with a connector (secrets that cannot be opened): its other questions wait, and do not stand before all others. */
async function restAfterTrouble({ delivery, clock, trouble }: ConfirmDeps, connectorId: string): Promise<boolean> {
  const until = new Date(clock.now().getTime() + TROUBLE_PAUSE_MS).toISOString();
  try {
    await delivery.setAskPause(connectorId, { until, outcome: 'trouble', times: 1 });
    return true;
  } catch (error) {
    trouble(error);
    return false;
  }
}

/**
 * Those whose turn it is before those that take one: else their turns would go by. Then those that were asked less often,
 * so that one that always fails does not keep the others from being asked.
 */
function inOrder(a: ConfirmRequest, b: ConfirmRequest): number {
  return Number(b.hasTurn) - Number(a.hasTurn) || a.attempts - b.attempts;
}

async function sideBySide<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const open = all.values();
  const workers = Array.from({ length: Math.min(CONNECTORS_AT_ONCE, all.length) }, async () => {
    for (const one of open) results.push(await work(one));
  });
  await Promise.all(workers);
  return results;
}
