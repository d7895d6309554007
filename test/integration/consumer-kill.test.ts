import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, expect, it } from 'vitest';
import type { LifeOrders } from '../consumer/killed-consumer.ts';
import { chance } from '../simulation/house.ts';
import { debit, post, sha256Of } from './callbacks.ts';
import {
  type HomeProcess,
  operatorOf,
  register,
  sqsClientOf,
  startHomeProcess,
  temporaryFolder,
  untilQuiet,
} from './home-process.ts';

/** Of the home, and at least as many of the consumer. */
const KILLS = 20;
const PROGRAM = fileURLToPath(new URL('../consumer/killed-consumer.ts', import.meta.url));
const folder = temporaryFolder();
const alive = new Set<ChildProcess>();
afterAll(() => {
  for (const child of alive) child.kill('SIGKILL');
  folder.remove();
});

/** Consumers keep their queue URLs, so the ports must stay. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function kept(child: ChildProcess): ChildProcess {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

function consume(orders: LifeOrders): ChildProcess {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(orders)];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder.path, 'compiled') };
  return kept(spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'], env }));
}

/** Consumers one after another, each killed at a random moment, until told to end with one that lives. */
function killedConsumers(orders: LifeOrders, random: () => number) {
  let [kills, isOver] = [0, false];
  const lives = (async () => {
    for (;;) {
      const child = consume(orders);
      if (isOver) return child;
      await pause(800 + Math.floor(random() * 800));
      child.kill('SIGKILL');
      await once(child, 'exit');
      kills += 1;
    }
  })();
  return {
    kills: () => kills,
    last: () => {
      isOver = true;
      return lives;
    },
  };
}

/** Three callbacks a payment, one after another, until the process is gone; what was not answered is sent again next time. */
async function sendUntilGone(base: string, name: string, acknowledged: Set<string>, open: string[]): Promise<void> {
  for (let n = 0; ; n += 1) {
    const id = `${name}-${n}`;
    const bodies = [...open.splice(0), debit(id, 'PENDING'), debit(id, 'OK'), debit(id, 'OK', { purchaseId: id })];
    for (const [at, body] of bodies.entries()) {
      const answer = await post({ base }, body).catch(() => undefined);
      if (answer === undefined) {
        open.push(...bodies.slice(at));
        return;
      }
      expect(answer).toMatchObject({ status: 200, body: 'OK' });
      acknowledged.add(sha256Of(body));
    }
  }
}

function effectsOf(file: string): Map<string, string[]> {
  const ids = new DatabaseSync(file).prepare('SELECT id FROM effects ORDER BY at').all();
  const all = ids.map((row) => String(row['id']));
  return Map.groupBy(all, (id) => id.split(':').slice(1, 3).join('/'));
}

it('home and consumer killed at random: exactly once with recordIn; without, at least once and in order', async () => {
  const random = chance(20_260_115);
  const [port, sqsPort] = [await freePort(), await freePort()];
  const start = (): HomeProcess => {
    const env = { POSTRIDER_SQS_PORT: String(sqsPort) };
    const home = startHomeProcess(join(folder.path, 'data'), ['--no-demo', '--port', String(port)], env);
    kept(home.child);
    return home;
  };
  let home = start();
  let ready = await home.ready;
  let call = operatorOf(ready);
  const plainQueue = await register(call);
  const main = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  const second = (await call('PUT', '/merchants/acme/subscriptions/second', main)).body;
  const token = (await call('POST', '/merchants/acme/subscriptions/main/read-token')).body.readToken;
  const orders: LifeOrders = {
    endpoint: ready.sqsEndpoint,
    accessKeyId: ready.sqsAccessKeyId,
    apiBase: ready.api,
    readToken: token,
    exact: { queueUrl: second.queueUrl, file: join(folder.path, 'exact.db') },
    plain: { queueUrl: plainQueue, file: join(folder.path, 'plain.db') },
    visibilityTimeoutSeconds: 3,
    lingerMs: 5,
  };
  const consumers = killedConsumers(orders, random);
  const [acknowledged, open]: [Set<string>, string[]] = [new Set(), []];
  for (let round = 0; round < KILLS; round += 1) {
    const sending = sendUntilGone(ready.base, `p${round}`, acknowledged, open);
    await pause(100 + Math.floor(random() * 400));
    home.child.kill('SIGKILL');
    await Promise.all([home.exited, sending]);
    home = start();
    ready = await home.ready;
  }
  call = operatorOf(ready);
  await untilQuiet(call);
  await expect.poll(consumers.kills, { timeout: 60_000 }).toBeGreaterThanOrEqual(KILLS);
  const last = await consumers.last();
  const client = sqsClientOf(ready);
  for (const QueueUrl of [orders.exact.queueUrl, orders.plain.queueUrl]) {
    const left = async () => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      const { ApproximateNumberOfMessages: here, ApproximateNumberOfMessagesNotVisible: taken } = Attributes;
      return Number(here) + Number(taken);
    };
    await expect.poll(left, { timeout: 60_000 }).toBe(0);
  }
  client.destroy();
  last.kill('SIGKILL');
  const stored = new Set<string>();
  const [exact, plain] = [effectsOf(orders.exact.file), effectsOf(orders.plain.file)];
  let [subjects, repeated] = [0, 0];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await call('GET', `/callbacks?connectorId=acme-cc-1&limit=500${cursor}`);
    for (const { bodySha256 } of body.items) stored.add(bodySha256);
    cursor = body.cursor === null ? null : `&cursor=${encodeURIComponent(body.cursor)}`;
  }
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await call('GET', `/transactions?connectorId=acme-cc-1&limit=500${cursor}`);
    for (const { id } of body.items) {
      subjects += 1;
      const { items } = (await call('GET', `/transactions/acme-cc-1/${id}/events?from=1&limit=500`)).body;
      const made = items.map((event: { id: string }) => event.id);
      expect(exact.get(`transaction/${id}`)).toEqual(made);
      const effects = plain.get(`transaction/${id}`) ?? [];
      expect(effects.filter((each, at) => each !== effects[at - 1])).toEqual(made);
      repeated += effects.length - made.length;
    }
    cursor = body.cursor === null ? null : `&cursor=${encodeURIComponent(body.cursor)}`;
  }
  expect([...acknowledged].filter((digest) => !stored.has(digest))).toEqual([]);
  console.log(
    `${KILLS} kills of the home, ${consumers.kills()} of the consumer, ${acknowledged.size} acknowledged, ${repeated} repeated`,
  );
  expect(exact.size).toBe(subjects);
  home.child.kill('SIGTERM');
  expect((await home.exited).code).toBe(0);
});
