import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

/** Every row of a table, sorted by key: what two runs that must end alike are compared by. */
export async function tableDump(client: DynamoDBClient, table: string): Promise<Record<string, AttributeValue>[]> {
  const rows: Record<string, AttributeValue>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ...(start && { ExclusiveStartKey: start }) }),
    );
    rows.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  const key = (row: Record<string, AttributeValue>) => `${row['pk']?.S} ${row['sk']?.S}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
