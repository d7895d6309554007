import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { RECONCILE_SETTINGS } from '#shared/pipeline/reconcile.ts';
import { chanceOf } from '#shared/pipeline/reconcile-drift.ts';
import { functionSettings } from '#shared/platform/function-settings.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { BATCH_LIMITS, createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createHandler } from './create-handler.ts';

const settings = functionSettings(process.env, [
  ...(['environment', 'region', 'ledgerTable', 'registryTable', 'deliveryTable'] as const),
]);
const client = createDynamoClient({ limits: BATCH_LIMITS });

/** Each minute: what is overdue, and once an hour what else the gateways should be asked. */
export const handler = createHandler({
  ledger: createDynamoLedger({ client, table: settings.ledgerTable }),
  delivery: createDynamoDelivery({ client, table: settings.deliveryTable }),
  registry: createDynamoRegistry({ client, table: settings.registryTable }),
  gateways: GATEWAYS,
  clock: { now: () => new Date() },
  chance: chanceOf,
  batch: (work) => work(),
  settings: RECONCILE_SETTINGS,
  memory: {},
  settleMs: 10_000,
  observer: createPowertoolsObserver(settings.environment, 'reconcile'),
});
