import { functionSettings } from '#shared/platform/function-settings.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { createSending } from '#shared/platform/sending.ts';
import { BATCH_LIMITS, createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { createHandler } from './create-handler.ts';

const settings = functionSettings(process.env, [
  ...(['environment', 'region', 'ledgerTable', 'registryTable', 'deliveryTable', 'apiBase'] as const),
]);
const sending = createSending(settings, createDynamoClient({ limits: BATCH_LIMITS }), { now: () => new Date() });

/** Each minute: what queues refused is tried again, and what still waits is counted. */
export const handler = createHandler({
  ...sending,
  oldestFailedAt: sending.delivery.oldestFailedAt,
  nextQuestionAt: sending.delivery.nextQuestionAt,
  roundMs: 25_000,
  settleMs: 15_000,
  observer: createPowertoolsObserver(settings.environment, 'redeliver'),
});
