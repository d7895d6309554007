/**
 * One process of several that share a DynamoProgressStore: takes the subject's lease, says `holding`, and stays in its
 * handler until a line comes on its input; then it writes its mark as ordered and says what became of it.
 */
import { once } from 'node:events';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { createDynamoProgressStore, type DynamoTransaction } from '#shared/consumer/index.ts';

export interface HolderOrders {
  readonly endpoint: string;
  readonly table: string;
  readonly effects: string;
  readonly subjectKey: string;
  readonly sequence: string;
  readonly leaseMs: number;
  readonly by: 'record' | 'recordIn';
}

const orders = JSON.parse(process.argv[2] ?? '{}') as HolderOrders;
const { endpoint, table, subjectKey, sequence, leaseMs } = orders;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = new DynamoDB({ endpoint, region: 'us-east-1', credentials });
const store = createDynamoProgressStore({ client, table, leaseMs });

// Whatever becomes of the test, this process ends with it.
process.stdin.on('end', () => process.exit(1));

async function handle(): Promise<void> {
  console.log('holding');
  await once(process.stdin, 'data');
  if (orders.by === 'record') return store.record(subjectKey, sequence);
  const transaction: DynamoTransaction = [
    { Put: { TableName: orders.effects, Item: { subject: { S: `effect of ${process.pid}` } } } },
  ];
  await store.recordIn(transaction, subjectKey, sequence);
  await store.commit(transaction);
}

try {
  await store.exclusively(handle, subjectKey);
  console.log('recorded');
} catch (error) {
  console.log(`${error instanceof Error && 'code' in error ? error.code : error}`);
}
process.exit(0);
