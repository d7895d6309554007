import { setTimeout as pause } from 'node:timers/promises';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { createHttpClient, OUTBOUND_LIMITS } from '#shared/outbound/http-client.ts';
import { concludeAtHorizon, isExpectedFound } from '#shared/pipeline/reconcile-hooks.ts';
import { functionSettings } from '#shared/platform/function-settings.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { questionOfRecord } from '#shared/store/dynamodb/delivery-question-of-record.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { BATCH_LIMITS, createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { createDynamoInbox } from '#shared/store/dynamodb/inbox-store.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createKmsDecrypt, kmsEndpoint } from '#shared/store/kms/kms-decrypt.ts';
import { createKmsSecretOpener } from '#shared/store/kms/kms-secret-opener.ts';
import { createHandler } from './create-handler.ts';

const settings = functionSettings(process.env, [
  ...(['environment', 'region', 'inboxTable', 'ledgerTable', 'registryTable', 'deliveryTable'] as const),
  ...(['retentionDays', 'release'] as const),
]);
const { region, inboxTable, ledgerTable, registryTable, deliveryTable, retentionDays } = settings;
const clock = { now: () => new Date() };
const client = createDynamoClient({ limits: BATCH_LIMITS });
const registry = createDynamoRegistry({ client, table: registryTable });
const ledger = createDynamoLedger({ client, table: ledgerTable });
const delivery = createDynamoDelivery({ client, table: deliveryTable });
// One connector's rows are read at most: by their ids.
const inbox = createDynamoInbox({ client, table: inboxTable, retentionDays, connectorIds: async () => [] });
const decrypt = createKmsDecrypt({
  region,
  credentials: client.config.credentials,
  endpoint: kmsEndpoint(region, process.env),
});
const hooks = { ledger, inbox, registry, clock };

/** Gateways' own APIs are asked what they only hinted at, or contradicted. */
export const handler = createHandler({
  ...{ registry, ledger, delivery, inbox, clock },
  secrets: createKmsSecretOpener({ decrypt }),
  gateways: GATEWAYS,
  // Confirm has pauses of its own, and counts each request against the gateway's limits: no second try here.
  http: createHttpClient({
    version: settings.release,
    random: Math.random,
    now: clock.now,
    limits: { ...OUTBOUND_LIMITS, attempts: 1 },
  }),
  tokens: createAccessTokens({ now: clock.now }),
  concludeAtHorizon: (request) => concludeAtHorizon(hooks, request),
  isExpectedFound: (request) => isExpectedFound({ ledger }, request),
  questionOfRecord,
  nextQuestionAt: delivery.nextQuestionAt,
  pause,
  // Of the 100 s that it has (infra/constructs/programs.ts): four requests of 10 s each, and the writes behind them.
  settleMs: 45_000,
  observer: createPowertoolsObserver(settings.environment, 'confirm'),
});
