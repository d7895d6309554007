import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAwsQueueDirectory } from '#shared/delivery/aws-queue-directory.ts';
import type { RemoteTools } from '#shared/gateways/gateway.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { PROVISIONS } from '#shared/gateways/provisions.ts';
import { readAccessRules } from '#shared/http/access-rules.ts';
import { createAdminApi } from '#shared/http/admin-api.ts';
import type { AdminDeps, RegistryKind } from '#shared/http/admin-deps.ts';
import { authenticationByEdge } from '#shared/http/authentication.ts';
import { redriveRoute } from '#shared/http/redrive-route.ts';
import { backfillRoute } from '#shared/http/routes/backfill.ts';
import { subscriptionTestRoute } from '#shared/http/routes/subscription-test.ts';
import { createHttpClient } from '#shared/outbound/http-client.ts';
import { backfill } from '#shared/pipeline/backfill.ts';
import { redrive } from '#shared/pipeline/redrive.ts';
import { isAwsTrouble } from '#shared/platform/aws-trouble.ts';
import { connectorIdsOf } from '#shared/platform/connector-ids.ts';
import { describeTrouble } from '#shared/platform/describe-trouble.ts';
import { functionSettings } from '#shared/platform/function-settings.ts';
import { createPowertoolsObserver } from '#shared/platform/powertools-observer.ts';
import { recentProgress } from '#shared/platform/recent-progress.ts';
import { createSending } from '#shared/platform/sending.ts';
import { REREAD_INTERVAL_MS } from '#shared/registry/connector-lookup.ts';
import { ACTIVATION_DELAY_MS } from '#shared/registry/subscription-cache.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { createDynamoInbox } from '#shared/store/dynamodb/inbox-store.ts';
import { createDynamoRateLimiter } from '#shared/store/dynamodb/rate-limiter.ts';
import { createDynamoRefused } from '#shared/store/dynamodb/refused-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createRequestKeyStore } from '#shared/store/dynamodb/request-key-store.ts';
import { createKmsByteBox } from '#shared/store/kms/kms-byte-box.ts';
import { createKmsSecretBox } from '#shared/store/kms/kms-secret-box.ts';
import { createHandler } from './create-handler.ts';

const settings = functionSettings(process.env, [
  ...(['environment', 'region', 'inboxTable', 'ledgerTable', 'registryTable', 'deliveryTable'] as const),
  ...([
    'retentionDays',
    'secretsKey',
    'callbackBase',
    'apiBase',
    'queuePrefix',
    'queueAccounts',
    'release',
    'access',
  ] as const),
]);
/** Below what API Gateway lets through for all of them together (admin-api.ts of infra). */
const RATES = { operator: { perSecond: 40, burst: 100 }, subscription: { perSecond: 20, burst: 100 } };
const { region, inboxTable, registryTable, deliveryTable, retentionDays, secretsKey, apiBase } = settings;
const clock = { now: () => new Date() };
const client = createDynamoClient();
const observer = createPowertoolsObserver(settings.environment, 'admin');
const registry = createDynamoRegistry({ client, table: registryTable });
const sending = createSending(settings, client, clock);
const connectorIds = () => connectorIdsOf(registry);
const inbox = createDynamoInbox({ client, table: inboxTable, retentionDays, connectorIds });
const kms = new KMSClient({ region });
const requestKey = createRequestKeyStore({
  client,
  table: registryTable,
  // A context that receive may not use: what it seals it cannot open.
  box: createKmsByteBox({ client: kms, keyId: secretsKey, context: { requestKey: settings.environment } }),
  clock,
});
const refused = createDynamoRefused({ client, table: deliveryTable, clock, opener: requestKey });
/** Without it refused callbacks are kept without their requests: no reason to fail what asks for it. */
const ensureRequestKey = () =>
  requestKey
    .ensure()
    .catch((error: unknown) => observer.error('no key for kept requests was made', { ...describeTrouble(error) }));
const pipeline = {
  ...sending,
  gateways: GATEWAYS,
  inbox,
  connectorVersions: createVersionLookup(registry),
  release: settings.release,
  mayHaveFailed: true,
  isStorageTrouble: isAwsTrouble,
};

let tools: Promise<RemoteTools> | undefined;
/** Loaded with the first callback to judge again whose signature names a certificate. */
function remote(): Promise<RemoteTools> {
  tools ??= Promise.all([
    import('#shared/outbound/remote-tools.ts'),
    import('#shared/gateways/chain-completion.ts'),
  ]).then(([{ createRemoteTools }, { chainCompletion: completion }]) =>
    createRemoteTools({ version: settings.release, random: Math.random, now: clock.now, completion }),
  );
  return tools;
}

const deps = {
  ...pipeline,
  registry,
  refused: {
    ...refused,
    // Environments of before have connectors and no key yet.
    list: async (connectorId: string | undefined) => {
      await ensureRequestKey();
      return refused.list(connectorId);
    },
  },
  secrets: createKmsSecretBox({ client: kms, keyId: secretsKey, randomBytes }),
  queues: createAwsQueueDirectory({
    client: new SQSClient({ region }),
    prefix: settings.queuePrefix,
    // arn:aws:kms:<region>:<account>:key/…: a key of our own account.
    account: secretsKey.split(':')[4] ?? '',
    region,
    approvedAccounts: settings.queueAccounts,
  }),
  randomToken: (bytes: number) => randomBytes(bytes).toString('base64url'),
  authentication: authenticationByEdge(readAccessRules(settings.access)),
  rateLimits: { limiter: createDynamoRateLimiter({ client, table: deliveryTable, clock }), ...RATES },
  remote,
  provisioning: {
    http: createHttpClient({ version: settings.release, random: Math.random, now: clock.now }),
    provisions: PROVISIONS,
    // receive reads a connector again before it refuses, at most so often.
    inForceAfterMs: REREAD_INTERVAL_MS,
    pause,
  },
  callbackBase: settings.callbackBase,
  schemaBase: apiBase,
  exportLimit: { bytes: 5_000_000, ms: 15_000 },
  activationDelayMs: ACTIVATION_DELAY_MS,
  progress: () => recentProgress(pipeline),
  registryChanged: async (kind: RegistryKind) => {
    if (kind === 'connector') await ensureRequestKey();
  },
  trouble: (error: unknown, operationId: string) =>
    observer.error('a request failed', { operationId, ...describeTrouble(error) }),
} satisfies AdminDeps;
const newId = () => deps.randomToken(9);
const api = createAdminApi(deps, [
  redriveRoute({ redrive: (from, options) => redrive(pipeline, from, options), registry, clock }),
  subscriptionTestRoute({ ...deps, sender: sending.sender }),
  backfillRoute({ ...deps, backfill: (...about) => backfill({ ...pipeline, newId }, ...about) }),
]);

/** The admin API on AWS. */
export const handler = createHandler({ api, basePath: new URL(apiBase).pathname, now: clock.now, observer });
