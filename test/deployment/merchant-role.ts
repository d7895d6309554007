import type { Ministack } from './ministack.ts';

/** A session of the role that the environment's settings take for merchant acme; it may call the admin API. */
export async function assumeMerchantRole(
  aws: Ministack,
  adminApiId: string,
): Promise<Readonly<Record<string, string>>> {
  const ask = async (service: string, version: string, parameters: Readonly<Record<string, string>>) => {
    const credential = `Credential=test/20260101/us-east-1/${service}/aws4_request`;
    const response = await fetch(aws.endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Version: version, ...parameters }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${parameters['Action']} was answered ${response.status}: ${text}`);
    return text;
  };
  const RoleName = 'postrider-merchant-acme';
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = document(trust);
  await ask('iam', '2010-05-08', { Action: 'CreateRole', RoleName, AssumeRolePolicyDocument });
  const may = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `arn:aws:execute-api:*:*:${adminApiId}/*` };
  const policy = { PolicyName: 'call', PolicyDocument: document(may) };
  await ask('iam', '2010-05-08', { Action: 'PutRolePolicy', RoleName, ...policy });
  const RoleArn = `arn:aws:iam::000000000000:role/${RoleName}`;
  const session = await ask('sts', '2011-06-15', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'shop' });
  const member = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(session)?.[1] ?? '';
  return {
    AWS_ACCESS_KEY_ID: member('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: member('SecretAccessKey'),
    AWS_SESSION_TOKEN: member('SessionToken'),
  };
}
