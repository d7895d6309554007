import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { debit, post, sha256Of } from './callbacks.ts';
import {
  type Operator,
  operatorOf,
  register,
  sqsClientOf,
  startHomeProcess,
  temporaryFolder,
  untilQuiet,
} from './home-process.ts';
import { drain, faultsOf, type QueuedEvent } from './queue.ts';

const SEED = 20_260_115;
const KILLS = 22;
/** Of these some hit a process that is still starting, and so its recovery. */
const SENDERS = 8;
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The callbacks of one payment, as a gateway would send them, in an order of their own. */
function callbacksOf(payment: string, random: () => number): string[] {
  const whole = [debit(payment, 'PENDING'), debit(payment, 'OK'), debit(payment, 'OK', { purchaseId: `p-${payment}` })];
  return random() < 0.5 ? whole : whole.reverse();
}

interface Ledger {
  /** SHA-256 of every body that was answered `OK`. */
  readonly acknowledged: Set<string>;
  readonly payments: Set<string>;
  /** Sent without an answer: comes again, as from a gateway. */
  readonly open: string[];
}

/** Sends until the process is gone: what was not acknowledged before first, then new payments. */
async function sendUntilGone(base: string, sender: number, round: number, ledger: Ledger, random: () => number) {
  let n = 0;
  let queue: string[] = [];
  for (;;) {
    if (queue.length === 0) {
      const payment = `pay-${round}-${sender}-${n}`;
      n += 1;
      ledger.payments.add(payment);
      queue = [...ledger.open.splice(0, 3), ...callbacksOf(payment, random)];
    }
    const body = queue[0] ?? '';
    try {
      const answer = await post({ base }, body);
      if (answer.status !== 200 || answer.body !== 'OK') throw new Error(`answered ${answer.status}`);
      ledger.acknowledged.add(sha256Of(body));
      queue.shift();
    } catch (error) {
      ledger.open.push(...queue);
      if (error instanceof Error && error.message.startsWith('answered')) throw error;
      return;
    }
  }
}

async function everyItem(call: Operator, path: string): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await call('GET', `${path}limit=500${next}`);
    items.push(...body.items);
    cursor = body.cursor;
  } while (cursor !== null);
  return items;
}

describe('kill -9', () => {
  it(`at ${KILLS} random moments loses nothing that was acknowledged, and every subject's events come in order`, async () => {
    const random = randomFrom(SEED);
    const data = join(folder.path, 'data');
    const ledger: Ledger = { acknowledged: new Set(), payments: new Set(), open: [] };
    let queueUrl = '';
    let killedWhileStarting = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const home = startHomeProcess(data);
      if (round > 0 && random() < 0.2) {
        await pause(Math.floor(random() * 700));
        if (!home.stdout().includes('ready ')) killedWhileStarting += 1;
      } else {
        const ready = await home.ready;
        if (round === 0) queueUrl = await register(operatorOf(ready));
        const sending = Array.from({ length: SENDERS }, (_, sender) =>
          sendUntilGone(ready.base, sender, round, ledger, random),
        );
        await pause(Math.floor(random() * 250));
        home.child.kill('SIGKILL');
        await Promise.all(sending);
      }
      home.child.kill('SIGKILL');
      expect((await home.exited).signal).toBe('SIGKILL');
    }

    const home = startHomeProcess(data);
    const ready = await home.ready;
    const call = operatorOf(ready);
    await untilQuiet(call);
    const stored = await everyItem(call, '/callbacks?connectorId=acme-cc-1&');
    const bodies = new Set(stored.map((item) => String(item['bodySha256'])));
    expect([...ledger.acknowledged].filter((digest) => !bodies.has(digest))).toEqual([]);
    expect(stored.filter((item) => item['outcome'] === null || item['outcome'] === 'failed')).toEqual([]);

    const client = sqsClientOf(ready);
    const events = await drain(client, queueUrl);
    client.destroy();
    expect(faultsOf(events)).toEqual([]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const onQueue = Map.groupBy(events, ({ subject }) => subject);
    let published = 0;
    for (const { id } of await everyItem(call, '/transactions?connectorId=acme-cc-1&')) {
      const path = `/transactions/acme-cc-1/${String(id)}/events?from=1&limit=500`;
      const made: QueuedEvent[] = (await call('GET', path)).body.items;
      expect(onQueue.get(`transaction/${String(id)}`)?.map((event) => event.id)).toEqual(made.map((event) => event.id));
      published += made.length;
    }
    expect(events).toHaveLength(published);
    console.log(
      `${KILLS} kills (${killedWhileStarting} while starting), ${ledger.acknowledged.size} acknowledged, ${events.length} events`,
    );
    expect(ledger.acknowledged.size).toBeGreaterThan(100);
    home.child.kill('SIGTERM');
    expect((await home.exited).code).toBe(0);
    expect(home.stderr()).toBe('');
  });
});
