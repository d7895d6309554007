import {
  type AttributeDefinition,
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { TABLES, type TableName, type TableShape } from '#shared/store/dynamodb/tables.ts';

export type TableNames = Readonly<Record<TableName, string>>;

let made = 0;

/** Makes the four tables under a prefix of their own; with streams only where asked for, because they slow the engine down. */
export async function createTables(client: DynamoDBClient, streams = false): Promise<TableNames> {
  made += 1;
  const prefix = `t${process.pid}-${made}`;
  const names = Object.fromEntries(Object.keys(TABLES).map((name) => [name, `${prefix}-${name}`])) as TableNames;
  await Promise.all(
    Object.entries(TABLES).map(([name, shape]) => createTable(client, `${prefix}-${name}`, shape, streams)),
  );
  return names;
}

async function createTable(client: DynamoDBClient, name: string, shape: TableShape, streams: boolean): Promise<void> {
  const keys = ['pk', 'sk', ...shape.indexes.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])];
  const attributes = [...new Set(keys)].map(
    (AttributeName): AttributeDefinition => ({ AttributeName, AttributeType: 'S' }),
  );
  const view = shape.stream === 'new' ? 'NEW_IMAGE' : 'NEW_AND_OLD_IMAGES';
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes,
      KeySchema: keySchema('pk', 'sk'),
      ...(shape.indexes.length > 0 && {
        GlobalSecondaryIndexes: shape.indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keySchema(index.partitionKey, index.sortKey),
          Projection: { ProjectionType: index.project === 'all' ? ('ALL' as const) : ('KEYS_ONLY' as const) },
        })),
      }),
      ...(streams &&
        shape.stream !== undefined && {
          StreamSpecification: { StreamEnabled: true, StreamViewType: view },
        }),
    }),
  );
}

function keySchema(hash: string, range: string): KeySchemaElement[] {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}
