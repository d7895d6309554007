import { request } from 'node:https';
import { SQSClient } from '@aws-sdk/client-sqs';
import { loopbackLookup } from '#local/http/loopback-lookup.ts';
import { postCallback } from '#local/http/post-callback.ts';
import type { AdminClient } from '../../cli/admin-client.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';

const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
/** A recent one: what is PENDING since it is not past its due time. */
const DATE = new Date().toUTCString();

export interface Registered {
  readonly callbackUrl: string;
  readonly queueUrl: string;
  readonly readToken: string;
  /** From when on versions are published to the queue. */
  readonly activeFrom: Date;
}

/** A merchant with a connector and a FIFO subscription for everything. */
export async function registerAcme(admin: AdminClient): Promise<Registered> {
  await admin.must('PUT', '/merchants/acme', { name: 'Acme' });
  const { callbackUrl } = await admin.must('PUT', '/connectors/acme-cc-1', {
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Acme cards',
    testMode: true,
    active: true,
    settings: { apiKey: 'acme-cc-1' },
    secrets: { sharedSecret: SECRET },
  });
  const subscription = await admin.must('PUT', '/merchants/acme/subscriptions/main', {
    queue: { managed: true, fifo: true },
    types: ['payment.*'],
    mode: 'both',
  });
  const { queueUrl, readToken, filters } = subscription as {
    queueUrl: string;
    readToken: string;
    filters: { from: string }[];
  };
  return { callbackUrl: String(callbackUrl), queueUrl, readToken, activeFrom: new Date(filters[0]?.from ?? '') };
}

/** Signs and posts a callback as the gateway would. */
export function post(callbackUrl: string, body: string, secret = SECRET) {
  const { pathname } = new URL(callbackUrl);
  return postCallback(new URL(callbackUrl), { ...signedCallback(pathname, body, DATE, secret), uri: pathname });
}

export function sqsClient(endpoint: string, region: string): SQSClient {
  return new SQSClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
}

/** `fetch` that finds names below localhost, for the merchants' consumer; https only. */
export const loopbackFetch: typeof fetch = (input, init) => {
  const { url, method, headers } = new Request(input, init);
  return new Promise((resolve, reject) => {
    const to = new URL(url);
    const options = { method, headers: Object.fromEntries(headers), lookup: loopbackLookup(to.hostname) };
    const outgoing = request(to, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0 })));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
};

/** Resolves with the first value that is one, or with undefined when the time is over. */
export async function eventually<T>(limitMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const until = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || Date.now() > until) return found;
    await pause(200);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
