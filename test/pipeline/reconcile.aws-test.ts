import { afterAll, beforeAll } from 'vitest';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { describeReconcileOn } from './reconcile-on-stores.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

describeReconcileOn('DynamoDB', async () => {
  const { client } = engine;
  const tables = await createTables(client);
  return {
    ledger: createDynamoLedger({ client, table: tables.ledger }),
    delivery: createDynamoDelivery({ client, table: tables.delivery }),
    registry: createDynamoRegistry({ client, table: tables.registry }),
  };
});
