import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAXIMUM_REQUEST_BYTES } from './request-body.ts';
import { createSqsListener, type ForwardSqs } from './server.ts';

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=PRKEY1/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00';
const HEADERS = {
  authorization: SIGNED,
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'AmazonSQS.ListQueues',
};

let server: Server;
let forwarded: { action: string; body: string }[];
let forward: ForwardSqs;

beforeEach(async () => {
  forwarded = [];
  forward = async (action, body) => {
    forwarded.push({ action, body });
    return { status: 200, headers: {}, body: '{}' };
  };
  const listener = createSqsListener({
    forward: (action, body, signal) => forward(action, body, signal),
    accessKeyId: 'PRKEY1',
    allowedHosts: ['queues.example.com'],
  });
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: string | Buffer;
}

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function open(sent: Sent) {
  const { port } = server.address() as AddressInfo;
  const headers = Object.fromEntries(Object.entries({ ...HEADERS, ...sent.headers }).filter(([, value]) => value));
  return request({ host: '127.0.0.1', port, method: sent.method ?? 'POST', path: sent.path ?? '/', headers });
}

function call(sent: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = open(sent);
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    outgoing.end(sent.body ?? '{}');
  });
}

describe('who may speak', () => {
  it('forwards a signed request, and answers its JSON', async () => {
    const got = await call({ body: '{"QueueNamePrefix":"é"}' });
    expect(got).toMatchObject({ status: 200, body: '{}' });
    expect(forwarded).toEqual([{ action: 'ListQueues', body: '{"QueueNamePrefix":"é"}' }]);
    expect((await call({ headers: { host: 'queues.example.com' } })).status).toBe(200);
  });

  it('refuses a foreign Host or Origin with 403 before anything else', async () => {
    const refusals = [
      await call({ headers: { host: 'evil.example' } }),
      await call({ headers: { origin: 'http://evil.example' } }),
      await call({ headers: { host: 'evil.example', authorization: undefined } }),
      await call({ method: 'OPTIONS', headers: { origin: 'http://evil.example' }, body: '' }),
    ];
    for (const got of refusals) {
      expect(got.status).toBe(403);
      expect(got.body).toContain('com.amazonaws.sqs#AccessDeniedException');
      expect(got.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(forwarded).toEqual([]);
  });

  it('refuses another access key id with 403 InvalidClientTokenId, and an unsigned request', async () => {
    const other = await call({ headers: { authorization: SIGNED.replace('PRKEY1', 'PRKEY2') } });
    expect(other.status).toBe(403);
    expect(other.headers['x-amzn-query-error']).toBe('InvalidClientTokenId;Sender');
    expect(JSON.parse(other.body).__type).toBe('com.amazonaws.sqs#InvalidClientTokenId');
    const unsigned = await call({ headers: { authorization: undefined } });
    expect(unsigned.status).toBe(403);
    expect(forwarded).toEqual([]);
  });
});

describe('what is spoken', () => {
  it('tells clients of the query protocol, in their XML, what to update', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'x-amz-target': undefined };
    const requests = [
      await call({ headers: form, body: 'Action=ListQueues&Version=2012-11-05' }),
      await call({ method: 'GET', path: '/?Action=ListQueues&Version=2012-11-05', body: '' }),
    ];
    for (const got of requests) {
      expect(got.status).toBe(400);
      expect(got.headers['content-type']).toBe('text/xml');
      expect(got.body).toMatch(/<ErrorResponse .*<Code>UnsupportedProtocol<\/Code><Message>.*JSON protocol.*boto3/);
    }
  });

  it('refuses other methods with 405 and unknown targets with 400', async () => {
    const get = await call({ method: 'GET', body: '' });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
    expect((await call({ headers: { 'x-amz-target': 'AmazonSNS.Publish' } })).status).toBe(400);
  });

  it('refuses a body over the limit with 413 and one that is not UTF-8 with 400', async () => {
    const large = await call({ body: Buffer.alloc(MAXIMUM_REQUEST_BYTES + 1, 0x20) });
    expect(large.status).toBe(413);
    expect(large.headers['x-amzn-query-error']).toBe('InvalidParameterValue;Sender');
    const latin = await call({ body: Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x7d]) });
    expect([latin.status, JSON.parse(latin.body).__type]).toEqual([400, 'com.amazonaws.sqs#SerializationException']);
    expect(forwarded).toEqual([]);
  });

  it('answers 500 when the engine cannot be reached', async () => {
    forward = () => Promise.reject(new Error('pump is gone'));
    const got = await call({});
    expect([got.status, got.headers['x-amzn-query-error']]).toEqual([500, 'InternalFailure;Receiver']);
  });
});

describe('clients that go away', () => {
  const receive = { headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage' }, body: '{"QueueUrl":"http://h/0/q"}' };

  it('aborts the signal, and makes visible again what was received for nobody', async () => {
    const messages = JSON.stringify({ Messages: [{ ReceiptHandle: 'r1' }, { ReceiptHandle: 'r2' }] });
    const returned = new Promise<string>((resolve) => {
      forward = (action, body, signal) => {
        if (action === 'ChangeMessageVisibilityBatch') {
          resolve(body);
          return Promise.resolve({ status: 200, headers: {}, body: '{}' });
        }
        outgoing.destroy();
        return new Promise((answer) => {
          signal.addEventListener('abort', () => answer({ status: 200, headers: {}, body: messages }));
        });
      };
    });
    const outgoing = open(receive);
    outgoing.on('error', () => undefined);
    outgoing.end(receive.body);
    expect(JSON.parse(await returned)).toEqual({
      QueueUrl: 'http://h/0/q',
      Entries: [
        { Id: '0', ReceiptHandle: 'r1', VisibilityTimeout: 0 },
        { Id: '1', ReceiptHandle: 'r2', VisibilityTimeout: 0 },
      ],
    });
  });

  it('survives a request that breaks off in its body', async () => {
    const outgoing = open({ headers: { 'content-length': '100' } });
    outgoing.on('error', () => undefined);
    const connected = new Promise((resolve) => server.once('request', resolve));
    outgoing.write('{');
    await connected;
    outgoing.destroy();
    expect((await call({})).status).toBe(200);
    expect(forwarded).toHaveLength(1);
  });
});
