import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import type { QueueMessage, QueueSender, SendResult } from '#shared/pipeline/ports.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { type HeadMove, type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import type { Subscription } from '#shared/registry/records.ts';
import { createDynamoDelivery, type DynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { createMemoryLedger, type MemoryLedger } from '../memory-stores/ledger.ts';
import { chance } from '../simulation/house.ts';
import { interceptedClient } from './intercepted-client.ts';
import { headOf, parkingOf, subjectOf, timeAt, versionOf } from './rows.ts';

let engine: DynamoDbLocal;
let table: string;
let plain: DynamoDelivery;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
  table = (await createTables(engine.client)).delivery;
  plain = createDynamoDelivery({ client: engine.client, table });
});
afterAll(() => engine.stop());

const RETRY = { firstPauseMs: 1000, maxPauseMs: 8000, deadAfterAttempts: 1e9, claimMs: 30_000 };
const FILTER = { types: ['payment.*'], kinds: [], connectors: [], mode: 'both' as const };

type QueueState = 'missing' | 'denies' | 'throttles' | 'takes';

/** One step of the script; the stream or the schedule repeats it until it is through. */
type Step =
  | { readonly queue?: QueueState; readonly heads: readonly (readonly [subject: string, version: number])[] }
  | { readonly queue?: QueueState; readonly redeliver: true };

/** The queue is missing, denies, throttles some, and comes back; heads skip versions; version 2 of each subject is quiet. */
const SCRIPT: readonly Step[] = [
  {
    queue: 'missing',
    heads: [
      ['a', 1],
      ['b', 1],
    ],
  },
  { heads: [['a', 3]] },
  { redeliver: true },
  { queue: 'denies', heads: [['c', 1]] },
  { queue: 'throttles', redeliver: true },
  {
    heads: [
      ['a', 4],
      ['d', 3],
      ['e', 1],
    ],
  },
  { redeliver: true },
  { queue: 'takes', heads: [['f', 1]] },
  { redeliver: true },
  {
    heads: [
      ['a', 6],
      ['c', 3],
      ['b', 3],
    ],
  },
  { redeliver: true },
];

class Killed extends Error {}

/** Kills a life at its n-th request to DynamoDB: before it is done, or when it was done and nobody has heard of it yet. */
interface Kill {
  readonly at: number;
  readonly moment: 'before' | 'after';
}

/** Asked at the beginning of each life, with the requests made (or answers got) before it. */
type Fate = (before: World['counts']) => Kill | undefined;

interface Life {
  readonly delivery: DynamoDelivery;
  readonly isOver: () => boolean;
}

let merchants = 0;

class World {
  readonly merchantId = `m${merchants++}`;
  readonly ledger: MemoryLedger = createMemoryLedger();
  readonly arrived: Record<string, string[]> = { main: [], steady: [] };
  /** Requests to DynamoDB, and answers that came. */
  readonly counts = { before: 0, after: 0 };
  lives = 0;
  queue: QueueState = 'takes';
  /** Runs before each request to DynamoDB: what others do at that moment. */
  meanwhile: ((command: string) => Promise<void>) | undefined;
  now = Date.parse(timeAt(0));
  #sends = 0;

  /** Every run begins with an empty memory; what it stored and sent remains. */
  async untilThrough(fate: Fate | undefined, step: (deps: RelayDeps) => Promise<unknown>): Promise<void> {
    for (;;) {
      const life = this.#life(fate);
      try {
        return void (await step(this.#deps(life)));
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        expect(++this.lives, 'no life gets through').toBeLessThan(500);
      }
    }
  }

  #life(fate: Fate | undefined): Life {
    const kill = fate?.(this.counts);
    const first = { ...this.counts };
    let over = false;
    const reached = (moment: Kill['moment']) => {
      if (over) throw new Killed();
      const count = ++this.counts[moment] - first[moment];
      if (kill?.moment !== moment || count !== kill.at) return;
      over = true;
      throw new Killed();
    };
    const client = interceptedClient(engine.client, {
      before: async ({ command }) => {
        reached('before');
        await this.meanwhile?.(command);
      },
      after: () => reached('after'),
    });
    return { delivery: createDynamoDelivery({ client, table }), isOver: () => over };
  }

  #deps({ delivery, isOver }: Life): RelayDeps {
    const clock = { now: () => new Date(this.now) };
    return {
      ledger: this.ledger,
      registry: { subscriptionsOf: async (merchantId) => ['main', 'steady'].map((id) => subscription(merchantId, id)) },
      delivery,
      sender: this.#sender(isOver),
      clock,
      apiBase: 'http://127.0.0.1/api/v1',
      retry: RETRY,
      breaker: createBreaker(clock, RETRY),
    };
  }

  #sender(isOver: () => boolean): QueueSender {
    return {
      send: async (queue, messages) => {
        if (isOver()) throw new Killed();
        return messages.map((message) => this.#take(queue.url, message));
      },
    };
  }

  #take(url: string, message: QueueMessage): SendResult {
    const { id } = message;
    const refusal = url === 'main' ? this.#refusal() : undefined;
    if (refusal !== undefined) return { id, ok: false, code: refusal, message: 'refused' };
    this.arrived[url]?.push(`${message.groupId.split('/')[1]} ${Number(message.attributes['sequence'])}`);
    return { id, ok: true };
  }

  #refusal(): string | undefined {
    if (this.queue === 'missing') return 'QueueDoesNotExist';
    if (this.queue === 'denies') return 'AccessDenied';
    return this.queue === 'throttles' && this.#sends++ % 2 === 0 ? 'ThrottlingException' : undefined;
  }

  /** Versions up to `version`, and the head that moves over all of them at once. */
  async #moveHead(id: string, version: number): Promise<HeadMove> {
    const { merchantId } = this;
    const after = (await this.ledger.newest(subjectOf(id))).head?.version ?? 0;
    for (let next = after + 1; next <= version; next++) {
      await this.ledger.putVersion(versionOf(id, next, { merchantId, ...(next === 2 && { type: null }) }));
    }
    await this.ledger.moveHead(headOf(id, version, { merchantId }));
    return { key: subjectOf(id), after, upTo: version };
  }

  async play(step: Step, fate?: Fate): Promise<void> {
    this.queue = step.queue ?? this.queue;
    if ('redeliver' in step) return this.minute(fate);
    const moves: HeadMove[] = [];
    for (const [id, version] of step.heads) moves.push(await this.#moveHead(id, version));
    await this.untilThrough(fate, (deps) => relay(deps, moves));
  }

  async minute(fate?: Fate): Promise<void> {
    await this.untilThrough(fate, (deps) => {
      this.now += 60_000;
      return redeliver(deps);
    });
  }

  /** Every event came, of each subject in order, none before its predecessor; repeats are those of an id that was there. */
  async expectAllArrived(): Promise<void> {
    const parked = async () => (await plain.cursors({ merchantId: this.merchantId, limit: 1 })).items.length > 0;
    for (let minutes = 0; await parked(); minutes++) {
      expect(minutes, 'something stays parked').toBeLessThan(20);
      await this.minute();
    }
    const expected = Object.fromEntries(
      this.ledger.subjects().map(({ id }) => [id, VERSIONS.filter((version) => version <= (LAST[id] ?? 0))]),
    );
    for (const arrived of Object.values(this.arrived)) {
      const got: Record<string, number[]> = {};
      for (const [id = '', version] of [...new Set(arrived)].map((one) => one.split(' '))) {
        got[id] = [...(got[id] ?? []), Number(version)];
      }
      expect(got).toEqual(expected);
    }
  }
}

/** What is published, and how far each subject comes in the script. */
const VERSIONS: readonly number[] = [1, 3, 4, 5, 6];
const LAST: Readonly<Record<string, number>> = Object.fromEntries(
  SCRIPT.flatMap((step) => ('heads' in step ? step.heads : [])),
);

function subscription(merchantId: string, subscriptionId: string): Subscription {
  return {
    merchantId,
    subscriptionId,
    queue: { url: subscriptionId, fifo: true, managed: true },
    entries: [{ from: timeAt(-1), filter: FILTER }],
    paused: false,
    readTokenSha256: '',
    version: 1,
    createdAt: timeAt(-1),
    updatedAt: timeAt(-1),
  };
}

async function lived(fate?: Fate): Promise<World> {
  const world = new World();
  for (const step of SCRIPT) await world.play(step, fate);
  await world.expectAllArrived();
  return world;
}

describe('the relay over DynamoDB, with a queue that is missing, denies, throttles and comes back', () => {
  it('sends every event, of each subject in order', async () => {
    const world = await lived();
    expect(world.counts.before).toBeGreaterThan(60);
    expect(world.lives).toBe(0);
    // The one that took everything at once got nothing twice.
    expect(world.arrived['steady']).toHaveLength(new Set(world.arrived['steady']).size);
  });

  it.each(['before', 'after'] as const)('killed once %s any of its requests: the same', async (moment) => {
    let at = 1;
    while ((await lived((before) => ({ at: at - before[moment], moment }))).lives === 1) at++;
    expect(at).toBeGreaterThan(60);
  });

  it.each(['before', 'after'] as const)('killed again and again %s any of its requests: the same', async (moment) => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = chance(seed);
      const world = await lived(() => ({ at: 1 + Math.floor(random() * 20), moment }));
      expect(world.lives).toBeGreaterThan(1);
    }
  });

  it('with redeliveries running beside the relay: the same', async () => {
    for (let round = 0; round < 8; round++) {
      const world = new World();
      for (const step of SCRIPT) await Promise.all([world.play(step), world.minute(), world.minute()]);
      await world.expectAllArrived();
    }
  });
});

describe('what others do between the look and the note of a relay', () => {
  /** Once, before the first request of this kind. */
  function once(world: World, command: string, work: () => Promise<void>): void {
    world.meanwhile = async (now) => {
      if (now !== command) return;
      world.meanwhile = undefined;
      await work();
    };
  }

  it('parking that ends in between: the relay sends what it could not note', async () => {
    const world = new World();
    await world.play({ queue: 'missing', heads: [['a', 1]] });
    world.queue = 'takes';
    once(world, 'UpdateItemCommand', () => world.minute());
    await world.play({ heads: [['a', 3]] });
    expect(world.arrived['main']).toEqual(['a 1', 'a 3']);
  });

  it('parking that begins in between: the relay joins it, and nothing is skipped', async () => {
    const world = new World();
    const { merchantId } = world;
    const began = parkingOf('a', { merchantId, from: 1, upTo: 1 });
    await world.play({ heads: [['a', 1]] });
    world.arrived['main'] = [];
    once(world, 'PutItemCommand', async () => void (await plain.createCursor(began)));
    await world.play({ queue: 'missing', heads: [['a', 3]] });
    expect(await plain.cursor(began)).toMatchObject({ from: 1, upTo: 3 });
    world.queue = 'takes';
    await world.minute();
    expect(world.arrived['main']).toEqual(['a 1', 'a 3']);
  });

  it('more that is noted while the last is sent: the redelivery goes on with it', async () => {
    const world = new World();
    await world.play({ queue: 'missing', heads: [['a', 1]] });
    world.queue = 'takes';
    once(world, 'DeleteItemCommand', () => world.play({ heads: [['a', 4]] }));
    await world.minute();
    expect(world.arrived['main']).toEqual(['a 1']);
    await world.minute();
    expect(world.arrived['main']).toEqual(['a 1', 'a 3', 'a 4']);
  });
});
