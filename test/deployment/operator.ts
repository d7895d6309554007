import type { Ministack } from './ministack.ts';

/** Credentials as an operator's shell has them. */
export interface OperatorEnv {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
}

/**
 * An IAM user that may do what docs/runbooks/smoke.md names and nothing else; its signatures are verified, unlike those of
 * the emulator's own key.
 */
export async function createOperator(aws: Ministack, region: string, adminApiId: string): Promise<OperatorEnv> {
  const iam = async (action: string, parameters: Readonly<Record<string, string>>): Promise<string> => {
    const credential = 'Credential=test/20260101/us-east-1/iam/aws4_request';
    const response = await fetch(aws.endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Action: action, Version: '2010-05-08', UserName: 'operator', ...parameters }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${action} was answered ${response.status}: ${text}`);
    return text;
  };
  const may = (service: string, actions: readonly string[], resource: string) => ({
    Effect: 'Allow',
    Action: actions.map((action) => `${service}:${action}`),
    Resource: `arn:aws:${service}:${region}:000000000000:${resource}`,
  });
  const Statement = [
    may('cloudformation', ['DescribeStacks'], 'stack/postrider-dev/*'),
    may('execute-api', ['Invoke'], `${adminApiId}/*`),
    may('sqs', ['ReceiveMessage', 'DeleteMessage'], 'postrider-dev-postrider-canary-*'),
  ];
  await iam('CreateUser', {});
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam('PutUserPolicy', { PolicyName: 'operator', PolicyDocument });
  const key = await iam('CreateAccessKey', {});
  const member = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(key)?.[1] ?? '';
  return { AWS_ACCESS_KEY_ID: member('AccessKeyId'), AWS_SECRET_ACCESS_KEY: member('SecretAccessKey') };
}
