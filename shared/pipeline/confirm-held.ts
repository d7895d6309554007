import type { AskFailure, AskOutcome } from '#shared/gateways/asking.ts';
import type { Connector } from '#shared/registry/records.ts';
import { type AskedGateway, askConnector } from './confirm-connector.ts';
import type { ConfirmDeps, ConfirmOutcome } from './confirm-deps.ts';
import { type Plan, planAfterFailure, waiting } from './confirm-plan.ts';
import { bookRequests, counted, turnFor } from './confirm-rate.ts';
import type { AskPause, ConfirmRequest } from './ports.ts';

/** What is known of a connector while its questions are asked one after the other. */
export interface Lane {
  /** Its pause as it was read or set last. */
  pause: AskPause | undefined;
  /** Of its gateway, once it was looked up. */
  horizonMinutes?: number;
}

/** A question that this run has claimed, with what it is asked by. */
export interface Held {
  readonly deps: ConfirmDeps;
  readonly lane: Lane;
  readonly request: ConfirmRequest;
  readonly connector: Connector;
  readonly gateway: AskedGateway;
  readonly horizonMinutes: number;
}

/** True: its turn is later, and it waits for that. */
export async function waitForTurn(held: Held, isItsTurn: boolean): Promise<boolean> {
  if (isItsTurn) return false;
  const { deps, request, connector, gateway } = held;
  const limits = gateway.asking.limitsOf(connector.settings);
  const turn = await turnFor(deps, limits, connector.connectorId, request.about, deps.clock.now().getTime());
  if (turn === undefined) return false;
  const change = { ...waiting(request, new Date(turn).toISOString()), hasTurn: true };
  await deps.delivery.updateConfirmation(request, change, request.nextAt);
  return true;
}

type Asking = Parameters<AskedGateway['asking']['ask']>;

/** One question over the wire: with opened secrets, and booked for what it took more than one request. */
export async function asked<T extends { readonly outcome: string } = AskOutcome>(
  { deps, connector, gateway }: Held,
  go: (askDeps: Asking[0], askedBy: Asking[1]) => Promise<T>,
): Promise<{ readonly askedAt: string; readonly outcome: T }> {
  const askedBy = await askConnector(deps, connector);
  const { http, requests } = counted(deps.http);
  const now = () => deps.clock.now();
  const askedAt = now().toISOString();
  const outcome = await go({ http, tokens: deps.tokens, now }, askedBy);
  const limits = gateway.asking.limitsOf(connector.settings);
  await bookRequests(deps, limits, connector.connectorId, requests(), now().getTime());
  return { askedAt, outcome };
}

/** The gateway answers with these credentials: a pause is over. */
export async function reached({ deps, lane, connector }: Held): Promise<void> {
  if (lane.pause === undefined) return;
  lane.pause = undefined;
  await deps.delivery.setAskPause(connector.connectorId, undefined);
}

export async function fail(held: Held, request: ConfirmRequest, failure: AskFailure): Promise<ConfirmOutcome> {
  const { deps, lane, connector, horizonMinutes } = held;
  const plan = planAfterFailure(request, failure, { now: deps.clock.now(), horizonMinutes, before: lane.pause });
  if (plan.pause !== undefined) {
    lane.pause = plan.pause;
    await deps.delivery.setAskPause(connector.connectorId, plan.pause);
  } else if (failure.outcome !== 'cannot') await reached(held);
  await carryOut(deps, request, plan);
  return failure.outcome;
}

/** Reconcile's conclusion is stored before the question ends: a crash between repeats it. */
export async function carryOut(deps: ConfirmDeps, request: ConfirmRequest, plan: Plan): Promise<void> {
  if (plan.atHorizon === true) await deps.onHorizon(request);
  await deps.delivery.updateConfirmation(request, plan.change, request.nextAt);
}
