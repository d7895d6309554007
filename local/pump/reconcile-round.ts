import type { LedgerDatabase } from '#local/store/ledger-database.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { Clock } from '#shared/pipeline/ports.ts';
import { RECONCILE_SETTINGS, type ReconcileDeps, reconcile } from '#shared/pipeline/reconcile.ts';
import { chanceOf } from '#shared/pipeline/reconcile-drift.ts';

export interface ReconcileRoundDeps {
  readonly stores: Pick<LedgerDatabase, 'ledger' | 'delivery' | 'registry' | 'batch'>;
  readonly clock: Clock;
  readonly trouble: (error: unknown) => void;
}

/** The minute's round of the embedded home; what was not done is told where other trouble is. */
export function createReconcileRound({ stores, clock, trouble }: ReconcileRoundDeps) {
  const { ledger, delivery, registry, batch } = stores;
  const deps: ReconcileDeps = {
    ...{ ledger, delivery, registry, batch, clock, gateways: GATEWAYS, chance: chanceOf },
    settings: RECONCILE_SETTINGS,
    memory: {},
  };
  return async (isOver: () => boolean): Promise<void> => {
    const { notDone } = await reconcile(deps, isOver);
    for (const { connectorId, code, why } of notDone) {
      if (code !== 'not_configured') trouble(new Error(`connector ${connectorId}: ${why}`));
    }
  };
}
