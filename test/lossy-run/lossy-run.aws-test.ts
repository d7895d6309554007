import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { createDynamoInbox } from '#shared/store/dynamodb/inbox-store.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { createMemorySecretBox } from '../memory-stores/secret-box.ts';
import { lossyRun, SCRIPTS } from './lossy-run.ts';
import { UNDISCOVERABLE } from './undiscoverable.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const [first] = Object.entries(UNDISCOVERABLE);

it('DynamoDB: every payment that was heard of ends as it must', async () => {
  const { client } = engine;
  const tables = await createTables(client);
  const connectorIds = async () => SCRIPTS.map(({ connectorId }) => connectorId);
  const run = await lossyRun(
    {
      inbox: createDynamoInbox({ client, table: tables.inbox, retentionDays: 400, connectorIds }),
      ledger: createDynamoLedger({ client, table: tables.ledger }),
      delivery: createDynamoDelivery({ client, table: tables.delivery }),
      registry: createDynamoRegistry({ client, table: tables.registry }),
      secrets: createMemorySecretBox(),
    },
    Number(first?.[0]),
  );
  expect(run.differences).toEqual([]);
  expect(run.undiscoverable).toEqual(first?.[1]);
  expect(run.troubles).toEqual([]);
}, 300_000);
