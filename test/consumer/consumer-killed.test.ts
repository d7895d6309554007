import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PostriderEvent } from '#shared/consumer/index.ts';
import type { LifeOrders } from './killed-consumer.ts';
import { type LocalQueue, localQueue } from './local-queue.ts';
import { paymentEvents } from './payment-event.ts';
import { READ_TOKEN, type SubscriptionApi, subscriptionApi } from './subscription-api.ts';

const LIVES = 20;
/** A life that does not reach its place to die is ended by SIGTERM, which fails the test. */
const LONGEST_LIFE_MS = 60_000;
const PLACES = ['before recordIn', 'before commit', 'after commit'] as const;
const SUBJECTS = ['a', 'b', 'c'];
const EVENTS = 16;

const program = fileURLToPath(new URL('./killed-consumer.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'postrider-killed-'));
const http = createServer();
let queue: LocalQueue;
let server: SubscriptionApi;

beforeAll(async () => {
  queue = await localQueue();
  server = subscriptionApi();
  http.on('request', async (request, response) => {
    const authorization = request.headers.authorization ?? '';
    const answer = await server.fetch(`http://127.0.0.1${request.url}`, { headers: { authorization } });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  http.closeAllConnections();
  http.close();
  await queue.close();
  rmSync(folder, { recursive: true, force: true });
});

function live(orders: LifeOrders) {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(orders)], {
    stdio: ['pipe', 'ignore', 'inherit'],
    timeout: LONGEST_LIFE_MS,
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });
}

/** Ids of the effects of one subject, in the order in which they were committed. */
function effectsOf(file: string, subject: string): string[] {
  const rows = new DatabaseSync(file).prepare('SELECT id FROM effects ORDER BY at').all();
  return rows.map((row) => String(row['id'])).filter((id) => id.includes(`:${subject}:`));
}

it(`a consumer killed ${LIVES} times between handling and marking: exactly once with recordIn; without, at least once, in order, none skipped`, async () => {
  const subjects: readonly PostriderEvent[][] = SUBJECTS.map((id) => paymentEvents(EVENTS, id));
  server.delivered.push(...subjects.flat());
  const orders: LifeOrders = {
    endpoint: queue.endpoint,
    accessKeyId: queue.accessKeyId,
    apiBase: `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/v1`,
    readToken: READ_TOKEN,
    exact: { queueUrl: await queue.createQueue('exact.fifo'), file: join(folder, 'exact.db') },
    plain: { queueUrl: await queue.createQueue('plain.fifo'), file: join(folder, 'plain.db') },
  };
  for (const [index, event] of subjects.flat().entries()) {
    const isLost = index % 5 === 1 && event.sequence !== subjects[0]?.at(-1)?.sequence;
    if (isLost) continue;
    for (const { queueUrl } of [orders.exact, orders.plain]) await queue.send(queueUrl, event);
  }
  for (let life = 0; life < LIVES; life += 1) {
    const place = PLACES[life % PLACES.length] ?? 'before commit';
    const [, signal] = await once(live({ ...orders, killAt: { event: 1 + (life % 2), place } }), 'exit');
    expect(signal).toBe('SIGKILL');
    queue.passTime(60_000);
  }
  const last = live(orders);
  await vi.waitFor(
    async () => {
      for (const { queueUrl } of [orders.exact, orders.plain]) expect(await queue.count(queueUrl)).toBe(0);
    },
    { timeout: LONGEST_LIFE_MS, interval: 20 },
  );
  last.kill('SIGKILL');
  await once(last, 'exit');

  let repeated = 0;
  for (const [index, subject] of SUBJECTS.entries()) {
    const ids = subjects[index]?.map((event) => event.id);
    expect(effectsOf(orders.exact.file, subject)).toEqual(ids);
    const effects = effectsOf(orders.plain.file, subject);
    expect(effects.filter((id, at) => id !== effects[at - 1])).toEqual(ids);
    repeated += effects.length - EVENTS;
  }
  expect(repeated, 'each kill hit between the effect and its mark').toBe(LIVES);
});
