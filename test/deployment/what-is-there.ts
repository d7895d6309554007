import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { askEmulator } from './emulator-api.ts';
import type { Ministack } from './ministack.ts';

/** What an account holds, by name; the code of each function by its digest. */
export interface WhatIsThere {
  readonly stacks: readonly string[];
  readonly functions: Readonly<Record<string, string>>;
  readonly streamMappings: readonly string[];
  readonly apis: readonly string[];
  readonly schedules: readonly string[];
  readonly logGroups: readonly string[];
  readonly tables: readonly string[];
  readonly buckets: readonly string[];
  readonly queues: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

export async function whatIsThere({ endpoint }: Ministack, region: string): Promise<WhatIsThere> {
  const access = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const clients = {
    formation: new CloudFormationClient(access),
    dynamo: new DynamoDBClient(access),
    sqs: new SQSClient(access),
  };
  const ask = async (service: string, path: string, member: string, target?: string): Promise<readonly Row[]> => {
    const to = { service, region, path, ...(target !== undefined && { target }) };
    const response = await askEmulator({ endpoint }, to, target === undefined ? undefined : {});
    const answer = (await response.json()) as Readonly<Record<string, readonly Row[] | undefined>>;
    return answer[member] ?? [];
  };
  const functions = await ask('lambda', '/2015-03-31/functions/', 'Functions');
  const there: WhatIsThere = {
    stacks: ((await clients.formation.send(new DescribeStacksCommand({}))).Stacks ?? []).map((s) => s.StackName ?? ''),
    functions: Object.fromEntries(functions.map((row) => [String(row['FunctionName']), String(row['CodeSha256'])])),
    streamMappings: names(await ask('lambda', '/2015-03-31/event-source-mappings/', 'EventSourceMappings'), 'UUID'),
    apis: names(await ask('apigateway', '/v2/apis', 'items'), 'name'),
    schedules: names(await ask('scheduler', '/schedules', 'Schedules'), 'Name'),
    logGroups: names(await ask('logs', '/', 'logGroups', 'Logs_20140328.DescribeLogGroups'), 'logGroupName'),
    tables: (await clients.dynamo.send(new ListTablesCommand({}))).TableNames ?? [],
    buckets: await buckets(endpoint, region),
    queues: (await clients.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [],
  };
  for (const client of Object.values(clients)) client.destroy();
  return there;
}

function names(rows: readonly Row[], member: string): readonly string[] {
  return rows.map((row) => String(row[member])).sort();
}

async function buckets(endpoint: string, region: string): Promise<readonly string[]> {
  const text = await (await askEmulator({ endpoint }, { service: 's3', region, path: '/' })).text();
  return [...text.matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name = '']) => name).sort();
}
