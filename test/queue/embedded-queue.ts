import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { QueueEngine } from '#local/queue/engine.ts';
import { createSqsHandler } from '#local/queue/protocol.ts';
import { openQueueDatabase } from '#local/queue/queue-database.ts';
import { createSqsListener } from '#local/queue/server.ts';
import type { QueueUnderTest } from './queue-contract.ts';

const ACCESS_KEY_ID = 'PRTESTKEY';

/** Our engine over real HTTP, in this process, on a port of its own and a file of its own. */
export async function openEmbeddedQueue(): Promise<QueueUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'postrider-queue-'));
  let running = await start(join(folder, 'queues.db'));
  return {
    client: running.client,
    restart: async () => {
      await running.stop();
      running = await start(join(folder, 'queues.db'));
      return { client: running.client };
    },
    close: async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(path: string) {
  const database = openQueueDatabase(path);
  const engine = new QueueEngine(database, { now: Date.now, randomId: randomUUID });
  const faults: unknown[] = [];
  let endpointBase = '';
  let handler: ReturnType<typeof createSqsHandler> | undefined;
  const listener = createSqsListener({
    accessKeyId: ACCESS_KEY_ID,
    allowedHosts: [],
    forward: (action, body, signal) => {
      handler ??= createSqsHandler({ engine, now: Date.now, endpointBase, onFault: (error) => faults.push(error) });
      return handler.handle({ action, body, signal });
    },
  });
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const { port } = server.address() as AddressInfo;
  endpointBase = `http://127.0.0.1:${port}`;
  const client = new SQSClient({
    endpoint: endpointBase,
    region: 'eu-west-1',
    credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const stop = async () => {
    client.destroy();
    handler?.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    database.close();
    if (faults.length > 0) {
      throw new AggregateError(faults, 'The queue engine reported faults');
    }
  };
  return { client, stop };
}
