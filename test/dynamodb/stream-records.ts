import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { DynamoDbLocal } from './dynamodb-local.ts';

const value = z.looseObject({ S: z.string().optional(), N: z.string().optional() });
const image = z.record(z.string(), value);
const recordSchema = z.looseObject({
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.looseObject({
    Keys: image,
    NewImage: image.optional(),
    OldImage: image.optional(),
    SequenceNumber: z.string(),
  }),
});

export type StreamRecord = z.infer<typeof recordSchema>;

const shardsSchema = z.object({ StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }) });
const iteratorSchema = z.object({ ShardIterator: z.string() });
const recordsSchema = z.object({ Records: z.array(recordSchema), NextShardIterator: z.string().optional() });

/** All records of a table's real stream so far, each shard from its beginning, as Lambda would hand them over. */
export async function streamRecords(engine: DynamoDbLocal, table: string): Promise<StreamRecord[]> {
  const { Table } = await engine.client.send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = shardsSchema.parse(await ask(engine, 'DescribeStream', { StreamArn }));
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let next: string | undefined = iteratorSchema.parse(await ask(engine, 'GetShardIterator', from)).ShardIterator;
    while (next !== undefined) {
      const page: z.infer<typeof recordsSchema> = recordsSchema.parse(
        await ask(engine, 'GetRecords', { ShardIterator: next }),
      );
      records.push(...page.Records);
      // An open shard always has a next iterator; nothing read means that nothing is left.
      next = page.Records.length > 0 ? page.NextShardIterator : undefined;
    }
  }
  return records;
}

/** The streams API as it goes over the wire: its client is no dependency of ours, and the engine checks no signature. */
async function ask(engine: DynamoDbLocal, operation: string, input: object): Promise<unknown> {
  const answer = await fetch(engine.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260115/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
