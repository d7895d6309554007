import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { canonicalJson } from '#shared/model/canonical.ts';
import { subjectName } from '#shared/model/vocabulary.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import { eventFor } from '#shared/pipeline/event-for.ts';
import { stateOf } from '#shared/pipeline/next-version.ts';
import type { InboxRow, QueueMessage, QueueSender } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { type RedriveDeps, type RedriveReport, redrive } from '#shared/pipeline/redrive.ts';
import { relay } from '#shared/pipeline/relay.ts';
import { isAwsTrouble } from '#shared/platform/aws-trouble.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { headMoveOfRecord } from '#shared/store/dynamodb/ledger-head-move.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { createTables, type TableNames } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { streamRecords } from '../dynamodb/stream-records.ts';
import { createMemoryRefused } from '../memory-stores/refused.ts';
import { createMemorySecretBox } from '../memory-stores/secret-box.ts';
import { dynamoStores } from '../simulation/dynamodb-house.ts';
import { chance } from '../simulation/house.ts';
import { expectedStates } from '../simulation/oracle.ts';
import { interceptedClient, throttled } from './intercepted-client.ts';

const CONNECTOR = 'acme-cc-1';
const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
const API = 'https://postrider.example/api/v1';
const RETRY = { firstPauseMs: 1000, maxPauseMs: 8000, deadAfterAttempts: 1e9, claimMs: 30_000 };
const FILTERS = {
  all: { types: ['payment.*'], kinds: [], connectors: [], mode: 'both' },
  finished: { types: ['payment.*.finished'], kinds: [], connectors: [], mode: 'both' },
} as const;
/** When the streams stopped: the first callback that was not applied came a minute later. */
const STOPPED = '2026-02-01T00:00:00.000Z';
const MINUTE = 60_000;

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

/** Twenty payments, each pending, then paid, then refunded in part by a child of its own. */
const BODIES: readonly object[] = [0, 1, 2].flatMap((kind) =>
  Array.from({ length: 20 }, (_, i) => {
    const money = { amount: '10.00', currency: 'EUR' };
    if (kind === 2) {
      return {
        uuid: `p${i}-r`,
        referenceUuid: `p${i}`,
        transactionType: 'REFUND',
        result: 'OK',
        ...money,
        amount: '4.00',
      };
    }
    return { uuid: `p${i}`, transactionType: 'DEBIT', result: kind === 0 ? 'PENDING' : 'OK', ...money };
  }),
);

interface Home {
  readonly tables: TableNames;
  readonly deps: RedriveDeps;
  /** As FIFO queues keep them: a repeat of an id is dropped. */
  readonly queues: Readonly<Record<string, QueueMessage[]>>;
  readonly wait: (ms: number) => void;
  /** From now on each request fails so often, before or after it is done. */
  readonly trouble: (rate: number) => void;
  deliver(body: object): Promise<void>;
  rows(): Promise<readonly InboxRow[]>;
}

async function openHome(): Promise<Home> {
  const tables = await createTables(engine.client, true);
  let now = Date.parse(STOPPED) - 60 * MINUTE;
  const clock = { now: () => new Date(now) };
  const random = chance(3);
  let rate = 0;
  const moment = () => {
    if (random() < rate) throw throttled();
  };
  const stores = dynamoStores(interceptedClient(engine.client, { before: moment, after: moment }), tables);
  const secrets = createMemorySecretBox();
  await register(stores.registry, await secrets.seal(CONNECTOR, { sharedSecret: SECRET }));
  const receiving = {
    connectors: createConnectorLookup(stores.registry, clock),
    secrets: createSecretReader(secrets),
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: stores.inbox,
    refused: createMemoryRefused(),
    clock,
    basePath: '',
    trouble: (error: unknown) => {
      throw error;
    },
  };
  const { queues, sender } = fifoQueues();
  return {
    tables,
    queues,
    deps: {
      ...stores,
      gateways: { ixopay },
      connectorVersions: createVersionLookup(stores.registry),
      clock,
      release: 'test',
      mayHaveFailed: true,
      sender,
      apiBase: API,
      retry: RETRY,
      breaker: createBreaker(clock, RETRY),
      isStorageTrouble: isAwsTrouble,
    },
    wait: (ms) => {
      now += ms;
    },
    trouble: (often) => {
      rate = often;
    },
    async deliver(body) {
      now += 30 * MINUTE;
      const date = new Date(now).toUTCString().replace('GMT', 'UTC');
      const answer = await receive(
        receiving,
        signedCallback(`/callbacks/${CONNECTOR}`, JSON.stringify(body), date, SECRET),
      );
      expect(answer).toMatchObject({ status: 200, body: 'OK' });
    },
    rows: async () => (await stores.inbox.walk({ from: '', limit: 500 })).items,
  };
}

async function register(registry: ReturnType<typeof dynamoStores>['registry'], sealed: string): Promise<void> {
  const at = '2026-01-01T00:00:00.000Z';
  const audit = { at, who: 'test', what: 'made', resource: 'test', changes: [] };
  const stamp = { version: 1, createdAt: at, updatedAt: at };
  const checked = ixopay.checkSettings({ apiKey: CONNECTOR }, { sharedSecret: SECRET }, 'new');
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const connector: Connector = {
    connectorId: CONNECTOR,
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Acme cards',
    settings: checked.settings,
    secrets: [{ keyId: 'k1', sealed, createdAt: at }],
    secretNames: ['sharedSecret'],
    testMode: false,
    active: true,
    archived: false,
    ...stamp,
  };
  await registry.putConnector(connector, undefined, audit);
  for (const [subscriptionId, filter] of Object.entries(FILTERS)) {
    const queue = { url: subscriptionId, fifo: true, managed: true };
    const rest = { paused: false, readTokenSha256: '', entries: [{ from: at, filter }] };
    await registry.putSubscription({ merchantId: 'acme', subscriptionId, queue, ...rest, ...stamp }, undefined, audit);
  }
}

function fifoQueues(): { queues: Record<string, QueueMessage[]>; sender: QueueSender } {
  const queues: Record<string, QueueMessage[]> = Object.fromEntries(Object.keys(FILTERS).map((id) => [id, []]));
  const taken = new Set<string>();
  const sender: QueueSender = {
    send: async ({ url }, messages) =>
      messages.map((message) => {
        if (!taken.has(`${url} ${message.deduplicationId}`)) queues[url]?.push(message);
        taken.add(`${url} ${message.deduplicationId}`);
        return { id: message.id, ok: true };
      }),
  };
  return { queues, sender };
}

/** Page by page, as the command does it; a page that meets trouble is asked for again. */
async function redriveAll(home: Home): Promise<{ pages: readonly RedriveReport[]; repeated: number }> {
  const pages: RedriveReport[] = [];
  let repeated = 0;
  // A second goes by with every look at the clock, so that pages end without waiting.
  const clock = {
    now: () => {
      home.wait(1_000);
      return home.deps.clock.now();
    },
  };
  for (let cursor: string | null | undefined; cursor !== null && pages.length + repeated < 200; ) {
    const options = { budgetMs: 10_000, ...(cursor !== undefined && { cursor }) };
    try {
      const page = await redrive({ ...home.deps, clock }, STOPPED, options);
      pages.push(page);
      cursor = page.cursor;
    } catch (error) {
      if (!isAwsTrouble(error)) throw error;
      repeated++;
    }
  }
  return { pages, repeated };
}

/** Nothing failed; every subject is in the state that its callbacks tell; every event came once, in order. */
async function expectWhole(home: Home): Promise<void> {
  const { ledger, delivery } = dynamoStores(engine.client, home.tables);
  const rows = await home.rows();
  expect(rows).toHaveLength(60);
  expect(await ledger.outcomes(rows.map(({ callbackId }) => callbackId))).toEqual({});
  expect(await delivery.counts()).toEqual({ parked: 0, dead: 0, failed: 0, confirmations: 0 });
  const heads = (await ledger.find({ type: 'transaction', connectorId: CONNECTOR, limit: 500 })).items;
  const subjects = await Promise.all(
    heads.map(async ({ key }) => ({
      key,
      newest: (await ledger.newest(key)).version,
      versions: await ledger.versions(key, 1, 1000),
    })),
  );
  const states = subjects.map(({ key, newest }) => [
    subjectName(key),
    newest && canonicalJson([newest.evidence, stateOf(newest)]),
  ]);
  expect(Object.fromEntries(states)).toEqual(expectedStates(rows));
  const applied = new Set(subjects.flatMap(({ versions }) => versions.map(({ causeId }) => causeId)));
  expect(applied).toEqual(new Set(rows.map(({ callbackId }) => callbackId)));
  for (const [subscriptionId, filter] of Object.entries(FILTERS)) {
    const came = Map.groupBy(home.queues[subscriptionId] ?? [], ({ groupId }) => groupId.split('/')[1] ?? '');
    const expected = subjects.map(({ key, versions }) => [
      key.id,
      versions.flatMap((row) => eventFor(row, [{ from: '', filter }], API)?.id ?? []),
    ]);
    const got = heads.map(({ key }) => [key.id, (came.get(key.id) ?? []).map(({ id }) => id)]);
    expect(Object.fromEntries(got)).toEqual(Object.fromEntries(expected));
    expect([...came.values()].flat().length).toBeGreaterThanOrEqual(40);
  }
}

const sum = (pages: readonly RedriveReport[], member: 'callbacks' | 'failed' | 'versions') =>
  pages.reduce((total, page) => total + page[member], 0);

describe('streams that stood still for more than 24 hours: redrive from the time they stopped', () => {
  it('nothing had been applied: every callback is applied and every version published', async () => {
    const home = await openHome();
    home.wait(60 * MINUTE);
    for (const body of BODIES) await home.deliver(body);
    expect(home.deps.clock.now().getTime() - Date.parse(STOPPED)).toBeGreaterThan(24 * 60 * MINUTE);
    home.wait(24 * 60 * MINUTE);
    const { pages } = await redriveAll(home);
    expect(pages.length).toBeGreaterThan(1);
    expect([sum(pages, 'callbacks'), sum(pages, 'failed')]).toEqual([60, 0]);
    await expectWhole(home);
  });

  it('half had been applied, their heads not relayed: the same', async () => {
    const home = await openHome();
    home.wait(60 * MINUTE);
    for (const body of BODIES) await home.deliver(body);
    const rows = await home.rows();
    for (const row of rows.filter((_, i) => i % 2 === 0)) await applyCallback(home.deps, row);
    expect(home.queues['all']).toEqual([]);
    home.wait(24 * 60 * MINUTE);
    const { pages } = await redriveAll(home);
    expect([sum(pages, 'callbacks'), sum(pages, 'failed')]).toEqual([60, 0]);
    await expectWhole(home);
  });

  it('all had been applied and relayed before T in part: what came since is published, what was is not twice', async () => {
    const home = await openHome();
    home.wait(-10 * 60 * MINUTE);
    for (const body of BODIES.slice(0, 20)) await home.deliver(body);
    for (const row of await home.rows()) await applyCallback(home.deps, row);
    await relayStream(home);
    expect(home.queues['all']).toHaveLength(20);
    home.wait(Date.parse(STOPPED) - home.deps.clock.now().getTime());
    for (const body of BODIES.slice(20)) await home.deliver(body);
    home.wait(24 * 60 * MINUTE);
    const { pages } = await redriveAll(home);
    expect(sum(pages, 'callbacks')).toBe(40);
    await expectWhole(home);
  });

  it('while DynamoDB throttles, and streams that come back with what they still hold: the same', async () => {
    const home = await openHome();
    home.wait(60 * MINUTE);
    for (const body of BODIES) await home.deliver(body);
    home.wait(24 * 60 * MINUTE);
    // What the SDK's own tries leave over; a page is repeated whole, some hundred requests.
    home.trouble(0.001);
    const { pages, repeated } = await redriveAll(home);
    home.trouble(0);
    expect(repeated).toBeGreaterThan(0);
    expect(pages.at(-1)?.cursor).toBeNull();
    await relayStream(home);
    for (const row of await home.rows()) await applyCallback(home.deps, row);
    await expectWhole(home);
  });

  it('with a queue that refuses meanwhile: what is parked comes after', async () => {
    const home = await openHome();
    home.wait(60 * MINUTE);
    for (const body of BODIES) await home.deliver(body);
    let refused = 0;
    const refusing: QueueSender = {
      async send(_queue, messages) {
        refused += messages.length;
        return messages.map(({ id }) => ({ id, ok: false, code: 'AccessDenied', message: 'refused' }));
      },
    };
    const { pages } = await redriveAll({ ...home, deps: { ...home.deps, sender: refusing } });
    expect([sum(pages, 'callbacks'), sum(pages, 'failed')]).toEqual([60, 0]);
    expect(refused).toBeGreaterThan(0);
    expect((await home.deps.delivery.counts()).parked).toBe(80);
    expect(home.queues['all']).toEqual([]);
    for (let minutes = 0; minutes < 20; minutes++) {
      home.wait(MINUTE);
      await redeliver(home.deps);
    }
    await expectWhole(home);
  });
});

/** What the ledger's stream holds, to the relay. */
async function relayStream(home: Home): Promise<void> {
  const records = await streamRecords(engine, home.tables.ledger);
  for (const record of records) {
    const move = headMoveOfRecord(record);
    if (move !== undefined) await relay(home.deps, [move]);
  }
}
