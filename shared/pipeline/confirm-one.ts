import type { AskFailure, AskOutcome, Question } from '#shared/gateways/asking.ts';
import type { Notification } from '#shared/model/notification.ts';
import { readAskable } from './confirm-connector.ts';
import type { ConfirmDeps, ConfirmOutcome } from './confirm-deps.ts';
import { asked, carryOut, fail, type Held, type Lane, reached, waitForTurn } from './confirm-held.ts';
import { leavePending, sayMore } from './confirm-news.ts';
import { done, planInPause, planOnCurve, planWithoutAnswer, waiting, withoutTrouble } from './confirm-plan.ts';
import {
  digestsOf,
  isDecided,
  isStillAsked,
  type KnownSubject,
  questionAbout,
  readSubject,
  wantsDecision,
} from './confirm-question.ts';
import { TURN_GOOD_FOR_MS } from './confirm-rate.ts';
import { fetchedRow, notificationsOf, putAll } from './confirm-rows.ts';
import { askPage } from './confirm-span.ts';
import { type Drift, driftOf } from './drift-of.ts';
import type { AskPause, ConfirmRequest } from './ports.ts';

/** Longest that one question may take before another may claim it: a gateway's slowest answers, tried three times. */
const CLAIM_MS = 120_000;
/** Time for the answer of another question about the same. */
const BEHIND_OTHER_MS = TURN_GOOD_FOR_MS + 1_000;

/**
 * Looks at one due question: asks the gateway where it is its turn, stores the answer as inbox rows, and notes what comes
 * next. What the answer changes is apply's. Killed anywhere, the question comes again and the rows are the same or settle
 * the same. Rejects on trouble of our own.
 */
export async function confirmOne(deps: ConfirmDeps, due: ConfirmRequest, lane?: Lane): Promise<ConfirmOutcome> {
  const own = lane ?? { pause: await deps.delivery.askPause(due.connectorId) };
  const now = deps.clock.now();
  if (own.pause !== undefined && own.pause.until > now.toISOString()) return waitForPause(deps, due, own, own.pause);
  const claimed = await deps.delivery.claimConfirmation(due, new Date(now.getTime() + CLAIM_MS).toISOString());
  if (claimed === undefined) return 'taken';
  const askable = await readAskable(deps, claimed);
  if (!askable.ok) return notAskable(deps, claimed, askable);
  const { connector, gateway, horizonMinutes } = askable;
  const held: Held = { deps, lane: own, request: claimed, connector, gateway, horizonMinutes };
  // A turn that was not used in time is lost: many late ones together would be asked too fast.
  const isItsTurn = due.hasTurn && now.getTime() - Date.parse(due.nextAt ?? '') <= TURN_GOOD_FOR_MS;
  return about(held, isItsTurn);
}

async function waitForPause(
  deps: ConfirmDeps,
  due: ConfirmRequest,
  lane: Lane,
  pause: AskPause,
): Promise<ConfirmOutcome> {
  const now = deps.clock.now();
  lane.horizonMinutes ??= (await readAskable(deps, due)).horizonMinutes;
  const when = { now, horizonMinutes: lane.horizonMinutes };
  const plan = planInPause(due, pause, when);
  if (plan.atHorizon !== true) {
    return (await deps.delivery.updateConfirmation(due, plan.change, due.nextAt)) ? 'paused' : 'taken';
  }
  const claimed = await deps.delivery.claimConfirmation(due, new Date(now.getTime() + CLAIM_MS).toISOString());
  if (claimed === undefined) return 'taken';
  await carryOut(deps, claimed, planInPause(claimed, pause, when));
  return 'paused';
}

async function notAskable(
  deps: ConfirmDeps,
  request: ConfirmRequest,
  { code, detail, horizonMinutes }: Extract<Awaited<ReturnType<typeof readAskable>>, { ok: false }>,
): Promise<ConfirmOutcome> {
  const said = { lastOutcome: code, lastDetail: detail };
  const when = { now: deps.clock.now(), horizonMinutes };
  // It may be switched on again; meanwhile payments grow old as they would.
  const plan = code === 'inactive' ? planOnCurve(request, said, when) : planWithoutAnswer(request, said, when);
  await carryOut(deps, request, plan);
  return code === 'cannot' ? 'cannot' : 'not_in_use';
}

async function about(held: Held, isItsTurn: boolean): Promise<ConfirmOutcome> {
  const { about: what } = held.request;
  switch (what.type) {
    case 'subject':
      return askAboutSubject(held, isItsTurn);
    case 'reference': {
      if (await held.deps.isExpectedFound(held.request)) return nothingToAsk(held);
      const question = { about: 'reference', merchantReference: what.merchantReference } as const;
      return (await ask(held, isItsTurn, question, undefined)).outcome;
    }
    case 'span':
      return (await waitForTurn(held, isItsTurn)) ? 'turn' : askPage(held, what);
  }
}

async function askAboutSubject(held: Held, isItsTurn: boolean): Promise<ConfirmOutcome> {
  const { deps, request } = held;
  if (request.about.type !== 'subject') return nothingToAsk(held);
  // In this order: what a question stands on was written before the question, so the evidence covers all that wait here.
  const others = await deps.delivery.waitingAbout(request);
  const known = await readSubject(deps.ledger, request.about.subject);
  if (known === undefined || !isStillAsked(request, known, isItsTurn)) return nothingToAsk(held);
  if (!isItsTurn && (await waitForOther(held, others))) return 'turn';
  const question = questionAbout(known, request.causeId, deps.inbox);
  const { outcome, isDecision } = await ask(held, isItsTurn, question, known);
  // What a sample is answered may not even be stored.
  if (request.reason === 'drift') return outcome;
  if (outcome === 'answered' || outcome === 'pending') await endOthers(held, others, isDecision);
  return outcome;
}

/** What else was open about the same subject is answered by the same answer, unless it wants a decision that is not there. */
async function endOthers(
  { deps, request }: Held,
  others: readonly ConfirmRequest[],
  isDecision: boolean,
): Promise<void> {
  for (const other of others) {
    if (other.evidenceDigest === request.evidenceDigest || other.reason === 'drift') continue;
    if (wantsDecision(other) && !isDecision) continue;
    await deps.delivery.updateConfirmation(other, done(other), other.nextAt);
  }
}

/** True: another question about the same has a turn already. Its answer ends this one too, so this one takes none of its own. */
async function waitForOther({ deps, request }: Held, others: readonly ConfirmRequest[]): Promise<boolean> {
  const oldest = new Date(deps.clock.now().getTime() - TURN_GOOD_FOR_MS).toISOString();
  const turns = others.flatMap(({ hasTurn, nextAt, reason }) =>
    hasTurn && nextAt !== null && nextAt > oldest && reason !== 'drift' ? [nextAt] : [],
  );
  const first = turns.toSorted()[0];
  if (first === undefined) return false;
  const nextAt = new Date(Date.parse(first) + BEHIND_OTHER_MS).toISOString();
  await deps.delivery.updateConfirmation(request, waiting(request, nextAt), request.nextAt);
  return true;
}

async function nothingToAsk({ deps, request }: Held): Promise<ConfirmOutcome> {
  const change = done(request, { lastOutcome: 'nothing_to_ask' });
  await deps.delivery.updateConfirmation(request, change, request.nextAt);
  return 'nothing';
}

async function ask(
  held: Held,
  isItsTurn: boolean,
  question: Question,
  known: KnownSubject | undefined,
): Promise<{ readonly outcome: ConfirmOutcome; readonly isDecision: boolean }> {
  if (await waitForTurn(held, isItsTurn)) return { outcome: 'turn', isDecision: false };
  const { deps, connector, gateway, horizonMinutes } = held;
  const settles = known === undefined ? [] : digestsOf(known.evidence);
  const { askedAt, outcome } = await asked(held, (askDeps, askedBy) => gateway.asking.ask(askDeps, askedBy, question));
  const request = { ...held.request, attempts: held.request.attempts + 1 };
  const failure = failureOf(outcome);
  if (failure !== undefined) return { outcome: await fail(held, request, failure), isDecision: false };
  await reached(held);
  const now = deps.clock.now();
  const statements = outcome.outcome === 'answered' ? outcome.statements : [];
  const rows = statements.map((one) => fetchedRow(connector, gateway, one, { askedAt, settles }, now));
  const said = known === undefined ? [] : notificationsOf(gateway, rows);
  const drifts = known === undefined ? [] : driftsOf(request, known, said);
  const isNews = request.reason !== 'drift' || drifts.length > 0 || (await sayMore(deps.ledger, gateway, rows));
  if (isNews) await putAll(deps.inbox, rows);
  const isDecision = known === undefined || (isDecided(known.key, said) && !leavePending(known, gateway, rows));
  if (!isDecision && wantsDecision(request)) {
    const plan = planOnCurve(withoutTrouble(request), { lastOutcome: 'pending' }, { now, horizonMinutes });
    await carryOut(deps, request, plan);
    return { outcome: 'pending', isDecision };
  }
  if (request.reason === 'drift') deps.onDrift(request, drifts);
  await deps.delivery.updateConfirmation(request, done(request), request.nextAt);
  return { outcome: 'answered', isDecision };
}

function failureOf(outcome: AskOutcome): AskFailure | undefined {
  if (outcome.outcome !== 'answered') return outcome;
  if (outcome.statements.length > 0) return undefined;
  return { outcome: 'not_found', detail: 'The gateway answered with nothing.' };
}

function driftsOf(request: ConfirmRequest, known: KnownSubject, said: readonly Notification[]): readonly Drift[] {
  const { state } = known.projection;
  if (request.reason !== 'drift' || known.key.type !== 'transaction' || !('final' in state)) return [];
  return driftOf(known.key.id, state, said);
}
