import { Sha256 } from '@aws-crypto/sha256-js';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

/** Credentials and region as the AWS CLI would choose them. */
export interface AwsAccess {
  readonly region: string;
  readonly credentials: ReturnType<typeof defaultProvider>;
}

/** Where an environment's admin API is. Throws with what to do where AWS does not say. */
export async function environmentOnAws(
  env: string,
  region: string | undefined,
): Promise<{ readonly adminUrl: string; readonly access: AwsAccess }> {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(env)) {
    throw new Error(`--env is ${JSON.stringify(env)}; give the name of an environment, for example dev`);
  }
  const client = new CloudFormationClient(region === undefined ? {} : { region });
  const stackName = `postrider-${env}`;
  try {
    const at = await regionOf(client);
    const adminUrl = outputOf(await describe(client, stackName, at), 'AdminUrl');
    return { adminUrl, access: { region: regionIn(adminUrl) ?? at, credentials: defaultProvider() } };
  } finally {
    client.destroy();
  }
}

/** For an admin API whose URL is known. */
export async function accessTo(adminUrl: string, region: string | undefined): Promise<AwsAccess> {
  const credentials = defaultProvider();
  const known = regionIn(adminUrl) ?? region;
  if (known !== undefined) return { region: known, credentials };
  const client = new CloudFormationClient({});
  try {
    return { region: await regionOf(client), credentials };
  } finally {
    client.destroy();
  }
}

/** The headers of a request to an API behind HTTP API's IAM authorizer (SigV4, service `execute-api`). */
export async function signAsAws(
  access: AwsAccess,
  method: string,
  url: URL,
  body: string,
): Promise<Readonly<Record<string, string>>> {
  const signer = new SignatureV4({ service: 'execute-api', sha256: Sha256, ...access });
  const signed = await awsWords(() =>
    signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { host: url.host, ...(body === '' ? {} : { 'content-type': 'application/json' }) },
      body,
    }),
  );
  return signed.headers;
}

function queryOf(url: URL): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const name of new Set(url.searchParams.keys())) query[name] = url.searchParams.getAll(name);
  return query;
}

async function describe(client: CloudFormationClient, stackName: string, region: string): Promise<Stack | undefined> {
  const missing = `there is no stack ${stackName} in ${region} of this AWS account; is it the right --env, --region and account, and was it deployed?`;
  try {
    const { Stacks } = await awsWords(() => client.send(new DescribeStacksCommand({ StackName: stackName })));
    return Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) throw new Error(missing);
    throw error;
  }
}

function outputOf(stack: Stack | undefined, name: string): string {
  const value = stack?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
  if (value !== undefined && URL.canParse(value)) return value;
  const state = stack?.StackStatus ?? 'unknown';
  throw new Error(`the stack ${stack?.StackName ?? ''} (${state}) has no output ${name}: deploy it, or give --api`);
}

async function regionOf(client: CloudFormationClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new Error('no AWS region is set: give --region, set AWS_REGION, or choose a profile with AWS_PROFILE');
  }
}

function regionIn(url: string): string | undefined {
  return /^https:\/\/[^/.]+[.]execute-api[.]([a-z0-9-]+)[.]amazonaws[.]com/.exec(url)?.[1];
}

/** What goes wrong with credentials, in words that say what to do. */
async function awsWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
    if (name === 'CredentialsProviderError') {
      throw new Error(`no AWS credentials: ${message}; run "aws sso login", or set AWS_PROFILE or AWS_ACCESS_KEY_ID`);
    }
    if (/^(ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied)/.test(name)) {
      throw new Error(`AWS refuses these credentials (${name}): ${message}`);
    }
    throw error;
  }
}
