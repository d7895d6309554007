import { createServer, type ServerResponse } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER_LIMITS, BATCH_LIMITS, type CallLimits, createDynamoClient } from './dynamodb-client.ts';

const GET = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'p' }, sk: { S: 's' } } });
const QUICK: CallLimits = { connectionTimeoutMs: 100, requestTimeoutMs: 100, maxAttempts: 2 };

const closing: (() => void)[] = [];

/** A DynamoDB that answers as it is told; counts requests and connections. */
async function engine(answer: (response: ServerResponse, request: number) => void) {
  const seen = { requests: 0, connections: 0 };
  const server = createServer((request, response) => {
    seen.requests++;
    request.resume().on('end', () => answer(response, seen.requests));
  });
  server.on('connection', () => {
    seen.connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { seen, endpoint: `http://127.0.0.1:${address.port}` };
}

function clientOf(endpoint: string) {
  const client = createDynamoClient({ endpoint, limits: QUICK });
  closing.push(() => client.destroy());
  return client;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) close();
});

describe('createDynamoClient', () => {
  it('gives up on an engine that accepts and never answers, after the tries it was allowed', async () => {
    const { endpoint, seen } = await engine(() => {});
    await expect(clientOf(endpoint).send(GET)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(seen.requests).toBe(2);
  });

  it('gives up on an answer that begins and does not end', async () => {
    const { endpoint, seen } = await engine((response) => response.writeHead(200).write('{"Item":'));
    await expect(clientOf(endpoint).send(GET)).rejects.toThrow();
    expect(seen.requests).toBe(2);
  });

  it('tries a throttled call again as often as it may, and no more', async () => {
    const type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
    const { endpoint, seen } = await engine((response) => json(response, 400, { __type: type, message: 'slow down' }));
    await expect(clientOf(endpoint).send(GET)).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      $metadata: { attempts: 2 },
    });
    expect(seen.requests).toBe(2);
  });

  it('bears one connection that died, and keeps the next one for further calls', async () => {
    const { endpoint, seen } = await engine((response, request) => {
      if (request === 1) response.destroy();
      else json(response, 200, {});
    });
    const client = clientOf(endpoint);
    for (let i = 0; i < 3; i++) await client.send(GET);
    expect(seen).toEqual({ requests: 4, connections: 2 });
  });

  it('takes region and credentials from the environment', async () => {
    const { config } = clientOf('http://127.0.0.1:9');
    expect(await config.region()).toBe('eu-central-1');
    expect(await config.credentials()).toMatchObject({ accessKeyId: 'test' });
  });
});

describe('limits', () => {
  /** The longest a call can take: every try times out, or is throttled and pauses its longest (SDK: 1 s · 2^n). */
  const longestMs = ({ requestTimeoutMs, maxAttempts }: CallLimits) => {
    const pauses = (base: number) => base * (2 ** (maxAttempts - 1) - 1);
    return { hangs: maxAttempts * requestTimeoutMs + pauses(50), throttled: pauses(1_000) };
  };

  it('leave receive time for a registry read and a put before it has to say 503', () => {
    const { hangs, throttled } = longestMs(ANSWER_LIMITS);
    expect(2 * Math.max(hangs, throttled)).toBeLessThan(5_000);
    expect(ANSWER_LIMITS.connectionTimeoutMs).toBeLessThan(ANSWER_LIMITS.requestTimeoutMs);
  });

  it('leave a batch its function’s time', () => {
    const { hangs, throttled } = longestMs(BATCH_LIMITS);
    expect(hangs + throttled).toBeLessThan(20_000);
  });
});
