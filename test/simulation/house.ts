import { createHash } from 'node:crypto';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import type { InboxRow, QueueMessage, QueueSender } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import { report } from '#shared/pipeline/report.ts';
import type { RetryPlan } from '#shared/pipeline/retry-plan.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Subscription, SubscriptionFilter } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { createMemoryStores, type MemoryStores, type StoreHooks } from '../memory-stores/memory-stores.ts';
import type { Row } from './world.ts';

const CONNECTOR = 'acme-cc-1';
const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
const AUDIT = { at: '2026-01-01T00:00:00.000Z', who: 'test', what: 'made', resource: 'test', changes: [] };
const STAMP = { version: 1, createdAt: AUDIT.at, updatedAt: AUDIT.at };
const RETRY: RetryPlan = { firstPauseMs: 10, maxPauseMs: 1000, deadAfterAttempts: 1e9, claimMs: 5000 };

/** What each subscription of the merchant wants; `all` sees every event. */
export const FILTERS: Readonly<Record<string, SubscriptionFilter>> = {
  all: { types: ['payment.*'], kinds: [], connectors: [], mode: 'both' },
  finished: { types: ['payment.*.finished'], kinds: [], connectors: [], mode: 'both' },
  debits: { types: ['payment.*'], kinds: ['debit', 'preauthorize'], connectors: [], mode: 'both' },
  instruments: { types: ['payment.card.*', 'payment.schedule.*'], kinds: [], connectors: [], mode: 'both' },
  live: { types: ['payment.*'], kinds: [], connectors: [], mode: 'live' },
};

/** A small generator of chance that a seed repeats exactly (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Trouble extends Error {}

/** A house in memory with one merchant, one connector and the subscriptions of {@link FILTERS}. */
export interface House {
  readonly stores: MemoryStores;
  readonly apply: ApplyDeps;
  readonly relay: RelayDeps;
  /** Messages by subscription as the queue keeps them: repeats of an id are dropped, as SQS FIFO does. */
  readonly queues: Readonly<Record<string, QueueMessage[]>>;
  readonly tick: (ms: number) => void;
  deliver(row: Row): Promise<void>;
}

export interface HouseOptions {
  readonly random: () => number;
  /** Chance that one storage operation fails before or after it was done. */
  readonly troubleRate: number;
  /** Chance that one message is refused, and that a whole batch is. */
  readonly refusalRate: number;
}

export async function openHouse({ random, troubleRate, refusalRate }: HouseOptions): Promise<House> {
  let [now, open] = [Date.parse('2026-02-01T00:00:00.000Z'), false];
  const clock = { now: () => new Date(now) };
  const stores = createMemoryStores(hooksOf(random, () => (open ? troubleRate : 0)));
  const queues: Record<string, QueueMessage[]> = Object.fromEntries(Object.keys(FILTERS).map((id) => [id, []]));
  const sender = refusingSender(queues, random, refusalRate);
  await register(stores);
  open = true;
  const deps = { ledger: stores.ledger, delivery: stores.delivery, clock };
  const receiving = {
    connectors: createConnectorLookup(stores.registry, clock),
    secrets: createSecretReader(stores.secrets),
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: stores.inbox,
    refused: stores.refused,
    clock,
    basePath: '',
    trouble: () => undefined,
  };
  return {
    stores,
    queues,
    apply: {
      ...deps,
      gateways: { ixopay },
      connectorVersions: createVersionLookup(stores.registry),
      release: 'test',
      mayHaveFailed: true,
    },
    relay: {
      ...deps,
      registry: stores.registry,
      sender,
      apiBase: 'http://127.0.0.1/api/v1',
      retry: RETRY,
      breaker: createBreaker(clock, RETRY),
    },
    tick: (ms) => {
      now += ms;
    },
    async deliver(row) {
      if (row.source === 'pushed') {
        const date = new Date(dateOf(row)).toUTCString().replace('GMT', 'UTC');
        const answer = await receive(receiving, signedCallback(`/callbacks/${CONNECTOR}`, row.body, date, SECRET));
        if (answer.status === 503) throw new Trouble('503');
        if (answer.body !== 'OK') throw new Error(`refused: ${answer.status} ${answer.body}`);
      } else if (row.source === 'reported') {
        const parsed = JSON.parse(row.body) as { result: unknown; request?: unknown };
        await report({ ...deps, ...stores, gateways: { ixopay } }, { connectorId: CONNECTOR, ...parsed });
      } else {
        await stores.inbox.put(fetchedRow(row));
      }
    },
  };
}

function dateOf(row: Row): number {
  return Date.parse('2026-01-10T00:00:00.000Z') + row.minute * 60_000;
}

function fetchedRow(row: Row): InboxRow {
  const body = Buffer.from(row.body);
  const declared = { askedAt: new Date(dateOf(row)).toISOString(), settles: JSON.stringify(row.settles) };
  return {
    callbackId: `${CONNECTOR}:${ixopay.front.inboxKey('fetched', body, declared)}`,
    connectorId: CONNECTOR,
    merchantId: 'acme',
    gateway: 'ixopay',
    source: 'fetched',
    mode: 'live',
    receivedAt: declared.askedAt,
    method: 'GET',
    path: '/status',
    rawQuery: '',
    headers: {},
    declared,
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

/** Every operation yields a random number of times, so that workers interleave; some fail before or after they were done. */
function hooksOf(random: () => number, troubleRate: () => number): StoreHooks {
  const moment = async () => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await Promise.resolve();
    if (random() < troubleRate()) throw new Trouble('storage trouble');
  };
  return { before: moment, after: moment };
}

function refusingSender(queues: Record<string, QueueMessage[]>, random: () => number, rate: number): QueueSender {
  const taken = new Set<string>();
  return {
    async send(queue, messages) {
      const refuseAll = random() < rate;
      return messages.map((message) => {
        if (refuseAll || random() < rate) return { id: message.id, ok: false, code: 'Throttled', message: 'busy' };
        const name = `${queue.url} ${message.deduplicationId}`;
        if (!taken.has(name)) queues[queue.url]?.push(message);
        taken.add(name);
        return { id: message.id, ok: true };
      });
    },
  };
}

async function register(stores: MemoryStores): Promise<void> {
  const { registry } = stores;
  await registry.putMerchant({ merchantId: 'acme', name: 'Acme', archived: false, ...STAMP }, undefined, AUDIT);
  const sealed = await stores.secrets.seal(CONNECTOR, { sharedSecret: SECRET });
  const checked = ixopay.checkSettings({ apiKey: CONNECTOR }, { sharedSecret: SECRET }, 'new');
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  await registry.putConnector(
    {
      connectorId: CONNECTOR,
      merchantId: 'acme',
      gateway: 'ixopay',
      name: 'Acme cards',
      settings: checked.settings,
      secrets: [{ keyId: 'k1', sealed, createdAt: AUDIT.at }],
      secretNames: ['sharedSecret'],
      testMode: false,
      active: true,
      archived: false,
      ...STAMP,
    },
    undefined,
    AUDIT,
  );
  for (const [subscriptionId, filter] of Object.entries(FILTERS)) {
    const subscription: Subscription = {
      merchantId: 'acme',
      subscriptionId,
      queue: { url: subscriptionId, fifo: true, managed: true },
      entries: [{ from: AUDIT.at, filter }],
      paused: false,
      readTokenSha256: '',
      ...STAMP,
    };
    await registry.putSubscription(subscription, undefined, AUDIT);
  }
}

/** Tries again after storage trouble, as a stream or a gateway would. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }
}

/** All rows of the inbox are applied by several workers at once, some of them twice. */
export async function applyAll(house: House, rows: readonly InboxRow[], workers: number, random: () => number) {
  const queue = [...rows, ...rows.filter(() => random() < 0.1)];
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        const next = row;
        house.tick(Math.floor(random() * 3));
        await insist(() => applyCallback(house.apply, next));
      }
    }),
  );
}

/** Relays every move of a head, some of them twice, then redelivers until nothing is parked. */
export async function relayAll(house: House, random: () => number): Promise<void> {
  const { stream } = house.stores.ledger;
  for (let at = 0; at < stream.length; ) {
    const size = 1 + Math.floor(random() * 8);
    const again = random() < 0.1 ? Math.min(at, 2) : 0;
    const moves = stream.slice(at - again, at + size);
    await insist(() =>
      relay(
        house.relay,
        moves.map(({ from, head }) => ({ key: head.key, after: from, upTo: head.version })),
      ),
    );
    at += size;
    house.tick(5);
  }
  for (let round = 0; round < 10_000; round++) {
    const { parked } = await insist(() => house.stores.delivery.counts());
    if (parked === 0) return;
    house.tick(2000);
    await insist(() => redeliver(house.relay));
  }
  throw new Error('parked deliveries are never cleared');
}
