import type { RegistryStore } from '#shared/registry/records.ts';
import { firstAskAt } from './age-curve.ts';
import { expectedPayment } from './expected-payment.ts';
import type { Clock, ConfirmRequest, DeliveryStore, LedgerStore } from './ports.ts';

export interface ExpectDeps {
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly ledger: Pick<LedgerStore, 'find'>;
  readonly delivery: Pick<DeliveryStore, 'putConfirmation' | 'confirmation'>;
  readonly clock: Clock;
}

/** A payment that a merchant awaits under a reference of its own (model.md 7): not a transaction, never published as one. */
export interface Expectation {
  readonly connectorId: string;
  readonly merchantReference: string;
  /** ISO; left out: an hour from now. */
  readonly due?: string;
}

export type ExpectOutcome =
  /** It is known already; `subject`: `transaction/<gateway id>`. */
  | { readonly effect: 'found'; readonly subject: string }
  /** Awaited; a repeat finds the question as it is. */
  | { readonly effect: 'expected'; readonly question: ConfirmRequest }
  | { readonly effect: 'unknown_connector' }
  | { readonly effect: 'invalid'; readonly message: string };

const DEFAULT_DUE_MS = 3_600_000;
const LATEST_DUE_MS = 366 * 86_400_000;

/**
 * Notes that a payment is expected: past its due time confirm looks for it in the ledger and then at the gateway, on the age
 * curve. Found, or the notice `payment.notice.expectation_missing`.
 */
export async function expectPayment(deps: ExpectDeps, expectation: Expectation): Promise<ExpectOutcome> {
  const { connectorId, merchantReference } = expectation;
  const now = deps.clock.now();
  const latest = new Date(now.getTime() + LATEST_DUE_MS).toISOString();
  if (expectation.due !== undefined && expectation.due > latest) {
    return { effect: 'invalid', message: `must be within a year: before ${latest}` };
  }
  const connector = await deps.registry.connector(connectorId);
  if (connector === undefined) return { effect: 'unknown_connector' };
  const { merchantId } = connector;
  const known = await expectedPayment(deps.ledger, { connectorId, merchantId, merchantReference });
  if (known !== undefined) return { effect: 'found', subject: `transaction/${known.key.id}` };
  const due = expectation.due ?? new Date(now.getTime() + DEFAULT_DUE_MS).toISOString();
  const question: ConfirmRequest = {
    ...{ connectorId, merchantId, about: { type: 'reference', merchantReference } },
    // Without a time of its own it is one expectation, however often it is sent.
    evidenceDigest: expectation.due === undefined ? 'expected' : `expected/${due}`,
    reason: 'expected',
    at: now.toISOString(),
    due,
    state: 'waiting',
    nextAt: firstAskAt(due),
    attempts: 0,
    hasTurn: false,
  };
  if ((await deps.delivery.putConfirmation(question)) === 'put') return { effect: 'expected', question };
  return { effect: 'expected', question: (await deps.delivery.confirmation(question)) ?? question };
}
