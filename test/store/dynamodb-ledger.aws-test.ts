import { afterAll, beforeAll } from 'vitest';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { describeLedgerContract, type LedgerUnderTest } from './ledger-contract.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

function open(table: string): LedgerUnderTest {
  return {
    ledger: createDynamoLedger({ client: engine.client, table }),
    reopen: async () => open(table),
    async close() {},
  };
}

describeLedgerContract('DynamoDB', async () => open((await createTables(engine.client)).ledger));
