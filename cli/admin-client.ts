import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { join } from 'node:path';
import { loopbackLookup } from '#local/http/loopback-lookup.ts';
import type { AwsAccess } from './admin-client-aws.ts';

/** Which Postrider a command speaks to; as the flags of the command line give it. */
export interface AdminTarget {
  /** An environment on AWS, found by the outputs of its stack `postrider-<env>`. */
  readonly env?: string | undefined;
  /** The admin API's own URL, with or without `/api/v1`. */
  readonly api?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly region?: string | undefined;
}

export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
}

/** The admin API, with what it takes to be let in. */
export interface AdminClient {
  /** `…/api/v1` */
  readonly api: string;
  /** How AWS is reached; undefined for the embedded home. */
  readonly aws: AwsAccess | undefined;
  /** The answer, whatever its status. Rejects where there is none. Waits as long as it takes: a redrive may take long. */
  call(method: string, path: string, body?: object): Promise<AdminAnswer>;
  /** The object answered. Rejects with the API's own words where the answer is no success. */
  must(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
}

export const TARGET_FLAGS = {
  env: { type: 'string' },
  api: { type: 'string' },
  region: { type: 'string' },
  'token-file': { type: 'string' },
} as const;

export const TARGET_HELP = `  --env         an environment on AWS: its URL is read from the outputs of the stack postrider-<env>, and requests are signed
                with the credentials that the AWS CLI would use (AWS_PROFILE, AWS_ACCESS_KEY_ID, …)
  --api         URL of the admin API; default http://127.0.0.1:8787/api/v1. With http, or a token given, the operator's
                token is sent; with https and no token, requests are signed for AWS
  --region      AWS region; else that of the URL, of the environment or of the profile
  --token-file  file of the operator's token; else the environment's POSTRIDER_OPERATOR_TOKEN, else the file in
                POSTRIDER_DATA or .postrider`;

const LOCAL = 'http://127.0.0.1:8787';

/** Finds the API and the way in. Throws with what to do where a flag is wrong, or AWS does not know the environment. */
export async function openAdminClient(target: AdminTarget, environment: NodeJS.ProcessEnv): Promise<AdminClient> {
  if (target.env !== undefined) {
    if (target.api !== undefined) throw new Error('give --env or --api, not both');
    const { environmentOnAws } = await import('./admin-client-aws.ts');
    const { adminUrl, access } = await environmentOnAws(target.env, target.region);
    return awsClient(adminUrl, access);
  }
  const url = target.api ?? LOCAL;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error(`--api is ${JSON.stringify(url)}, which is no http or https URL`);
  }
  const given = environment['POSTRIDER_OPERATOR_TOKEN'];
  const hasToken = target.tokenFile !== undefined || (given !== undefined && given !== '');
  if (url.startsWith('https:') && !hasToken) {
    const { accessTo } = await import('./admin-client-aws.ts');
    return awsClient(url, await accessTo(url, target.region));
  }
  const token = target.tokenFile === undefined && given ? given : readToken(target.tokenFile, environment);
  return clientOf(url, undefined, async () => ({ authorization: `Bearer ${token}` }));
}

/** The AWS SDK is loaded for AWS only: it takes longer than a call to the embedded home. */
async function awsClient(url: string, access: AwsAccess): Promise<AdminClient> {
  const { signAsAws } = await import('./admin-client-aws.ts');
  return clientOf(url, access, (method, to, body) => signAsAws(access, method, to, body));
}

/** Where the embedded home keeps its token and its SQS access key id. */
export function dataFile(name: string, environment: NodeJS.ProcessEnv): string {
  return join(environment['POSTRIDER_DATA'] || '.postrider', name);
}

function readToken(file: string | undefined, environment: NodeJS.ProcessEnv): string {
  const path = file ?? dataFile('operator.token', environment);
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read the operator's token: ${reason}; name its file with --token-file`);
  }
}

type Headers = Readonly<Record<string, string>>;
type Authorize = (method: string, url: URL, body: string) => Promise<Headers>;

function clientOf(url: string, aws: AwsAccess | undefined, authorize: Authorize): AdminClient {
  const api = `${url.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}/api/v1`;
  const call: AdminClient['call'] = async (method, path, body) => {
    const to = new URL(`${api}${path}`);
    const text = body === undefined ? '' : JSON.stringify(body);
    return send(method, to, await authorize(method, to, text), text);
  };
  const must: AdminClient['must'] = async (method, path, body) => {
    const { status, text } = await call(method, path, body);
    if (status < 200 || status > 299) throw new Error(refusal(`${method} ${path}`, status, text, aws));
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  };
  return { api, aws, call, must };
}

function refusal(what: string, status: number, text: string, aws: AwsAccess | undefined): string {
  const cure =
    aws !== undefined && (status === 401 || status === 403)
      ? '; these AWS credentials may not call it: the role needs execute-api:Invoke on the admin API'
      : '';
  return `${what} was answered ${status}: ${detailOf(text)}${cure}`;
}

/** The API's problem in words, or what was said instead. */
export function detailOf(text: string): string {
  try {
    const { detail, message } = JSON.parse(text) as { detail?: unknown; message?: unknown };
    return String(detail ?? message ?? text.slice(0, 500));
  } catch {
    return text.slice(0, 500);
  }
}

/** Not with fetch, which gives up after five minutes. */
function send(method: string, url: URL, headers: Headers, body: string): Promise<AdminAnswer> {
  const type = body === '' ? {} : { 'content-type': 'application/json' };
  const open = url.protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const outgoing = open(
      url,
      { method, headers: { ...type, ...headers }, lookup: loopbackLookup(url.hostname) },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', reject);
      },
    );
    outgoing.on('error', (error) =>
      reject(new Error(`no answer from ${url.origin}: ${error.message}; is it running?`)),
    );
    outgoing.end(body);
  });
}
