import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
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
  // Services whose SDK the product does not have: the emulator goes by the scope of the signature, not by its value.
  const ask = async (service: string, path: string, member: string, target?: string): Promise<readonly Row[]> => {
    const credential = `Credential=test/20260101/${region}/${service}/aws4_request`;
    const headers = { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` };
    const posted = target === undefined ? {} : { method: 'POST', body: '{}' };
    const json = target === undefined ? {} : { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
    const response = await fetch(`${endpoint}${path}`, { ...posted, headers: { ...headers, ...json } });
    if (!response.ok) throw new Error(`${service} ${path} was answered ${response.status}: ${await response.text()}`);
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
  const credential = `Credential=test/20260101/${region}/s3/aws4_request`;
  const headers = { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` };
  const text = await (await fetch(`${endpoint}/`, { headers })).text();
  return [...text.matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name = '']) => name).sort();
}
