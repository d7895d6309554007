import type { RegistryStore } from '#shared/registry/records.ts';
import { expectedPayment } from './expected-payment.ts';
import { ownRow } from './own-statement.ts';
import type { Clock, ConfirmRequest, InboxStore, LedgerStore } from './ports.ts';

export interface HorizonDeps {
  readonly ledger: Pick<LedgerStore, 'newest' | 'find'>;
  readonly inbox: Pick<InboxStore, 'put'>;
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly clock: Clock;
}

/**
 * `unresolved`, `expectation_missing`: our conclusion is in the inbox (counts PaymentsUnresolved). `over`: it was answered
 * meanwhile, or is no question of that kind.
 */
export type HorizonOutcome = 'unresolved' | 'expectation_missing' | 'over';

/**
 * What becomes of a question whose horizon has passed, also where the gateway cannot be asked at all. Repeated, it is the
 * same row. Rejects on storage trouble: then the question stays as it is.
 */
export async function concludeAtHorizon(deps: HorizonDeps, request: ConfirmRequest): Promise<HorizonOutcome> {
  const { about, reason, connectorId } = request;
  const due = request.due ?? request.at;
  const connector = await deps.registry.connector(connectorId);
  if (connector === undefined) return 'over';
  if (reason === 'overdue' && about.type === 'subject') {
    const { head } = await deps.ledger.newest(about.subject);
    if (head?.status !== 'PENDING') return 'over';
    const { id: transactionId } = about.subject;
    const row = ownRow(connector, { statement: 'unresolved', transactionId, due }, head.mode, deps.clock.now());
    await deps.inbox.put(row);
    return 'unresolved';
  }
  if (reason === 'expected' && about.type === 'reference') {
    if (await isExpectedFound(deps, request)) return 'over';
    const { merchantReference } = about;
    const mode = connector.testMode ? 'test' : 'live';
    const statement = { statement: 'expectation_missing', merchantReference, due } as const;
    await deps.inbox.put(ownRow(connector, statement, mode, deps.clock.now()));
    return 'expectation_missing';
  }
  return 'over';
}

/** Whether the payment that a merchant expects is known by now: then the gateway is not asked any more. */
export async function isExpectedFound(
  { ledger }: Pick<HorizonDeps, 'ledger'>,
  { about, connectorId, merchantId }: Pick<ConfirmRequest, 'about' | 'connectorId' | 'merchantId'>,
): Promise<boolean> {
  if (about.type !== 'reference') return false;
  const { merchantReference } = about;
  return (await expectedPayment(ledger, { connectorId, merchantId, merchantReference })) !== undefined;
}
