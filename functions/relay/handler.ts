import { isAwsTrouble } from '#shared/platform/aws-trouble.ts';
import { functionSettings } from '#shared/platform/function-settings.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { createSending } from '#shared/platform/sending.ts';
import { createSubscriptionCache } from '#shared/registry/subscription-cache.ts';
import { BATCH_LIMITS, createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { headMoveOfRecord } from '#shared/store/dynamodb/ledger-head-move.ts';
import { createHandler } from './create-handler.ts';

const settings = functionSettings(process.env, [
  ...(['environment', 'region', 'ledgerTable', 'registryTable', 'deliveryTable', 'apiBase'] as const),
]);

const clock = { now: () => new Date() };
const sending = createSending(settings, createDynamoClient({ limits: BATCH_LIMITS }), clock);

/** What moved in the ledger becomes events on the merchants' queues. */
export const handler = createHandler({
  ...sending,
  registry: createSubscriptionCache(sending.registry, clock),
  moveOfRecord: headMoveOfRecord,
  isStorageTrouble: isAwsTrouble,
  observer: createPowertoolsObserver(settings.environment, 'relay'),
});
