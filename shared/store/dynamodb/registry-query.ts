import { QueryCommand, type QueryCommandOutput, type QueryInput } from '@aws-sdk/client-dynamodb';
import type { DynamoSend } from './dynamo-send.ts';
import type { Item } from './registry-get.ts';

export interface Rows {
  readonly items: readonly Item[];
  /** False: `most` was reached, or the budget of requests is spent. */
  readonly complete: boolean;
}

export interface QueryBudget {
  readonly most: number;
  /** A request reads at most 1 MB. */
  readonly requests: number;
}

/** Reads on until the Query has ended or the budget is spent. */
export async function queryRows(
  client: DynamoSend,
  input: QueryInput,
  budget: QueryBudget = { most: Infinity, requests: Infinity },
): Promise<Rows> {
  const items: Item[] = [];
  let next: Pick<QueryInput, 'ExclusiveStartKey'> = {};
  for (let left = budget.requests; left > 0 && items.length < budget.most; left -= 1) {
    const limit = Number.isFinite(budget.most) ? { Limit: budget.most - items.length } : {};
    const page: QueryCommandOutput = await client.send(new QueryCommand({ ...input, ...limit, ...next }));
    items.push(...(page.Items ?? []));
    if (page.LastEvaluatedKey === undefined) return { items, complete: true };
    next = { ExclusiveStartKey: page.LastEvaluatedKey };
  }
  return { items, complete: false };
}
