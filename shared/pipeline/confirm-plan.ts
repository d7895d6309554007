import type { AskFailure } from '#shared/gateways/asking.ts';
import { horizonAt, nextAskAt } from './age-curve.ts';
import type { AskPause, ConfirmChange, ConfirmRequest } from './ports.ts';

/** What becomes of a question that was not answered. Pure: time is a parameter. */
export interface Plan {
  readonly change: ConfirmChange;
  /** Nothing of the connector is asked before. */
  readonly pause?: AskPause;
  /** The horizon has passed: reconcile is told before the question ends. */
  readonly atHorizon?: true;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** First pause of a connector and the longest; doubled each time without an answer in between. */
const PAUSES = {
  not_allowed: { first: MINUTE_MS, longest: HOUR_MS },
  down: { first: 15 * SECOND_MS, longest: 15 * MINUTE_MS },
} as const;
const RATE_PAUSE = { ordinary: MINUTE_MS, longest: 24 * HOUR_MS } as const;
/** Three quarters of an hour of nothing but `down`, two hours of `not_allowed`. */
const SHUT_AFTER_TIMES = 8;
/** In the place of an outcome: the connector has had its time, and others come first. Never stored. */
export const RESTING = 'resting';
/** An answer that nobody understands is looked at again after these; then it is given up. */
const MALFORMED_PAUSES_MS: readonly number[] = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS];

/** A payment that somebody waits for: its question ends at the horizon and not before. */
function waitsForHorizon({ reason }: Pick<ConfirmRequest, 'reason'>): boolean {
  return reason === 'overdue' || reason === 'expected';
}

/** One of many that reconcile takes: where it has no answer, the next round takes another. */
function isSample({ reason }: Pick<ConfirmRequest, 'reason'>): boolean {
  return reason === 'drift';
}

/** What the age of a question counts from (ISO). */
function countsFrom({ due, at }: Pick<ConfirmRequest, 'due' | 'at'>): string {
  return due ?? at;
}

/** `horizonMinutes`: of the gateway; `before`: the connector's pause so far. `request` counts this very question already. */
export function planAfterFailure(
  request: ConfirmRequest,
  failure: AskFailure,
  { now, horizonMinutes, before }: { now: Date; horizonMinutes: number; before: AskPause | undefined },
): Plan {
  const { outcome, detail } = failure;
  const said = { lastOutcome: outcome, lastDetail: detail.slice(0, 512) };
  const pause = pauseAfter(failure, now, before);
  if (isSample(request)) return { change: done(request, said), ...(pause && { pause }) };
  const onCurve = nextAskAt(countsFrom(request), now.toISOString(), horizonMinutes);
  // Also where the gateway is down just then: a later answer takes `unresolved` away.
  if (onCurve === undefined) return { ...atHorizon(request, said), ...(pause && { pause }) };
  if (pause !== undefined) return { change: waiting(request, pause.until, said), pause };
  if (outcome === 'not_found') return { change: waiting(request, onCurve, said) };
  if (outcome !== 'malformed') return planWithoutAnswer(request, said, { now, horizonMinutes });
  if (waitsForHorizon(request)) return { change: waiting(request, onCurve, said) };
  const pauseMs = MALFORMED_PAUSES_MS[request.attempts - 1];
  if (pauseMs === undefined && request.lastOutcome === 'malformed') return { change: givenUp(request, said) };
  return { change: waiting(request, after(now, pauseMs ?? MINUTE_MS), said) };
}

/** What says nothing of the question and all of the connector pauses it whole. */
function pauseAfter(failure: AskFailure, now: Date, before: AskPause | undefined): AskPause | undefined {
  const { outcome } = failure;
  if (outcome !== 'not_allowed' && outcome !== 'rate_limited' && outcome !== 'down') return undefined;
  const times = (before?.times ?? 0) + 1;
  return { until: after(now, pauseMs(failure, times)), outcome, times };
}

function after(time: Date, ms: number): string {
  return new Date(time.getTime() + ms).toISOString();
}

/** It cannot be asked: given up, unless a payment waits for its horizon; then it rests until that. */
export function planWithoutAnswer(
  request: ConfirmRequest,
  said: Pick<ConfirmChange, 'lastOutcome' | 'lastDetail'>,
  { now, horizonMinutes }: { now: Date; horizonMinutes: number },
): Plan {
  if (isSample(request)) return { change: done(request, said) };
  if (!waitsForHorizon(request)) return { change: givenUp(request, said) };
  const horizon = horizonAt(countsFrom(request), horizonMinutes);
  return horizon <= now.toISOString() ? atHorizon(request, said) : { change: waiting(request, horizon, said) };
}

/** Answered without a decision, or not to be asked for a while: the next age of the curve. */
export function planOnCurve(
  request: ConfirmRequest,
  said: Pick<ConfirmChange, 'lastOutcome' | 'lastDetail'>,
  { now, horizonMinutes }: { now: Date; horizonMinutes: number },
): Plan {
  if (isSample(request)) return { change: done(request, said) };
  const next = nextAskAt(countsFrom(request), now.toISOString(), horizonMinutes);
  return next === undefined ? atHorizon(request, said) : { change: waiting(request, next, said) };
}

/**
 * Not asked, because nothing of the connector is. Each pause ends with one question: where nothing but refusals came of
 * that for long, the others would see their horizon by years too late.
 */
export function planInPause(
  request: ConfirmRequest,
  { until, outcome, times }: AskPause,
  { now, horizonMinutes }: { now: Date; horizonMinutes: number },
): Plan {
  if (outcome === RESTING) return { change: waiting(request, until) };
  if (isSample(request)) return { change: done(request, { lastOutcome: outcome }) };
  const horizon = horizonAt(countsFrom(request), horizonMinutes);
  const isShut = (outcome === 'not_allowed' || outcome === 'down') && times >= SHUT_AFTER_TIMES;
  if (isShut && horizon <= now.toISOString()) return atHorizon(request, { lastOutcome: outcome });
  return { change: waiting(request, until) };
}

export function waiting(request: ConfirmRequest, nextAt: string, said: Partial<ConfirmChange> = {}): ConfirmChange {
  return { ...request, hasTurn: false, ...said, state: 'waiting', nextAt };
}

/** Without what went wrong last. */
export function withoutTrouble({ lastOutcome: _, lastDetail: __, ...rest }: ConfirmRequest): ConfirmRequest {
  return rest;
}

export function done(request: ConfirmRequest, said: Partial<ConfirmChange> = {}): ConfirmChange {
  return { ...withoutTrouble(request), hasTurn: false, ...said, state: 'done', nextAt: null };
}

function givenUp(request: ConfirmRequest, said: Partial<ConfirmChange>): ConfirmChange {
  return { ...request, hasTurn: false, ...said, state: 'given_up', nextAt: null };
}

function atHorizon(request: ConfirmRequest, said: Partial<ConfirmChange>): Plan {
  return { change: givenUp(request, said), atHorizon: true };
}

function pauseMs(failure: AskFailure, times: number): number {
  if (failure.outcome === 'rate_limited') {
    return Math.min(Math.max(failure.retryAfterMs ?? RATE_PAUSE.ordinary, SECOND_MS), RATE_PAUSE.longest);
  }
  const { first, longest } = failure.outcome === 'down' ? PAUSES.down : PAUSES.not_allowed;
  return Math.min(longest, first * 2 ** Math.min(times - 1, 16));
}
