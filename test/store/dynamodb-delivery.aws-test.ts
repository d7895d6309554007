import { afterAll, beforeAll } from 'vitest';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { type DeliveryUnderTest, describeDeliveryContract } from './delivery-contract.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

async function open(table?: string): Promise<DeliveryUnderTest> {
  const name = table ?? (await createTables(engine.client)).delivery;
  const delivery = createDynamoDelivery({ client: engine.client, table: name });
  return { delivery, reopen: () => open(name), async close() {} };
}

describeDeliveryContract('DynamoDB', () => open());
