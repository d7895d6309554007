import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { InboxStore } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { inboxItems } from './inbox-item.ts';

export interface InboxWriterOptions {
  readonly client: DynamoSend;
  readonly table: string;
  /** Rows expire so many days after they were received. */
  readonly retentionDays: number;
}

/**
 * All that `receive` needs of the inbox. One conditional PutItem for what fits one item; of a larger body the parts are
 * written first, under names made of their content: without its row nobody sees them, and a repeat writes the same bytes.
 */
export function createDynamoInboxWriter(options: InboxWriterOptions): Pick<InboxStore, 'put'> {
  const { client, table, retentionDays } = options;
  return {
    async put(row) {
      const items = inboxItems(row, retentionDays);
      await Promise.all(items.parts.map((Item) => client.send(new PutItemCommand({ TableName: table, Item }))));
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: items.row,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return 'stored';
      } catch (error) {
        const old = error instanceof ConditionalCheckFailedException ? error.Item?.['bodySha256']?.B : undefined;
        if (old === undefined) throw error;
        return Buffer.from(old).toString('hex') === row.bodySha256 ? 'duplicate' : 'other_body';
      }
    },
  };
}
