import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { RemoteTools } from '#shared/gateways/gateway.ts';
import { functionSettings } from '#shared/platform/function-settings.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { ANSWER_LIMITS, createDynamoClient } from '#shared/store/dynamodb/dynamodb-client.ts';
import { createDynamoInboxWriter } from '#shared/store/dynamodb/inbox-writer.ts';
import { createDynamoRefusedRing } from '#shared/store/dynamodb/refused-ring.ts';
import { createDynamoConnectorReader } from '#shared/store/dynamodb/registry-connector-reader.ts';
import { createRequestSealer } from '#shared/store/dynamodb/request-key-reader.ts';
import { createKmsDecrypt, kmsEndpoint } from '#shared/store/kms/kms-decrypt.ts';
import { createKmsSecretOpener } from '#shared/store/kms/kms-secret-opener.ts';
import { createHandler } from './create-handler.ts';

const settings = functionSettings(process.env, [
  ...(['environment', 'region', 'inboxTable', 'registryTable', 'deliveryTable'] as const),
  ...(['retentionDays', 'callbackBase', 'release'] as const),
]);
const clock = { now: () => new Date() };
const client = createDynamoClient({ limits: ANSWER_LIMITS });
const sealer = createRequestSealer({ client, table: settings.registryTable, clock });
const refused = createDynamoRefusedRing({ client, table: settings.deliveryTable, clock, sealer });
const decrypt = createKmsDecrypt({
  region: settings.region,
  credentials: client.config.credentials,
  endpoint: kmsEndpoint(settings.region, process.env),
});

let tools: Promise<RemoteTools> | undefined;
/** Loaded with the first callback whose signature names a certificate. */
function remote(): Promise<RemoteTools> {
  tools ??= Promise.all([
    import('#shared/outbound/remote-tools.ts'),
    import('#shared/gateways/chain-completion.ts'),
  ]).then(([{ createRemoteTools }, { chainCompletion: completion }]) =>
    createRemoteTools({ version: settings.release, random: Math.random, now: clock.now, completion }),
  );
  return tools;
}

/** The callback URL on AWS: nothing but storing stands before its answer. */
export const handler = createHandler({
  environment: settings.environment,
  connectors: createConnectorLookup(createDynamoConnectorReader({ client, table: settings.registryTable }), clock),
  secrets: createSecretReader(createKmsSecretOpener({ decrypt })),
  fronts: GATEWAY_FRONTS,
  inbox: createDynamoInboxWriter({ client, table: settings.inboxTable, retentionDays: settings.retentionDays }),
  refused,
  remote,
  clock,
  basePath: new URL(settings.callbackBase).pathname.replace(/\/+$/, ''),
  limitMs: 4_000,
  refusedSettled: refused.settled,
  settleMs: 50,
  // Not console.log: Lambda would put its own frame around the line, and metrics in a frame are not read.
  writeLine: (line) => process.stdout.write(`${line}\n`),
});
