import type { LedgerDatabase } from '#local/store/ledger-database.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { Clock } from '#shared/pipeline/ports.ts';
import { RECONCILE_SETTINGS, type ReconcileDeps, reconcile } from '#shared/pipeline/reconcile.ts';
import { chanceOf } from '#shared/pipeline/reconcile-drift.ts';

export interface ReconcileRoundDeps {
  readonly stores: Pick<LedgerDatabase, 'ledger' | 'delivery' | 'registry' | 'batch'>;
  readonly clock: Clock;
  /** Says something to whoever runs the home. */
  readonly tell: (message: string) => void;
}

/** The minute's round of the embedded home. */
export function createReconcileRound({ stores, clock, tell }: ReconcileRoundDeps) {
  const { ledger, delivery, registry, batch } = stores;
  const deps: ReconcileDeps = {
    ...{ ledger, delivery, registry, batch, clock, gateways: GATEWAYS, chance: chanceOf },
    settings: RECONCILE_SETTINGS,
    memory: {},
  };
  return async (isOver: () => boolean): Promise<void> => {
    const { notDone } = await reconcile(deps, isOver);
    for (const { connectorId, code, why } of notDone) {
      if (code !== 'not_configured') tell(`connector ${connectorId}: ${why}`);
    }
  };
}
