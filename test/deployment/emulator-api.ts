import type { Ministack } from './ministack.ts';

/**
 * Requests to services whose SDK the product does not have: the emulator goes by the scope of the signature, not by its
 * value. Throws with the answer where it is none.
 */
export async function askEmulator(
  { endpoint }: Pick<Ministack, 'endpoint'>,
  to: { readonly service: string; readonly region: string; readonly path: string; readonly target?: string },
  body?: object,
): Promise<Response> {
  const { service, region, path, target } = to;
  const credential = `Credential=test/20260101/${region}/${service}/aws4_request`;
  const headers = { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` };
  const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const json = target === undefined ? {} : { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
  const response = await fetch(`${endpoint}${path}`, { ...posted, headers: { ...headers, ...json } });
  if (!response.ok) throw new Error(`${service} ${path} was answered ${response.status}: ${await response.text()}`);
  return response;
}

/** Calls a function as the scheduler does, and waits for it; what it gave back. */
export async function callAsScheduler(aws: Ministack, region: string, name: string): Promise<unknown> {
  const path = `/2015-03-31/functions/${name}/invocations`;
  const response = await askEmulator(aws, { service: 'lambda', region, path }, { Source: 'aws.scheduler' });
  const text = await response.text();
  if (response.headers.has('x-amz-function-error')) throw new Error(`${name} failed: ${text}`);
  return JSON.parse(text);
}

/** What a function has logged, a line each. */
export async function logOf(aws: Ministack, region: string, logGroupName: string): Promise<readonly string[]> {
  const to = { service: 'logs', region, path: '/', target: 'Logs_20140328.FilterLogEvents' };
  const response = await askEmulator(aws, to, { logGroupName, limit: 10_000 });
  const { events = [] } = (await response.json()) as { events?: readonly { message: string }[] };
  return events.map(({ message }) => message);
}
