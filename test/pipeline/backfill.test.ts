import { beforeEach, describe, expect, it } from 'vitest';
import { type BackfillDeps, type BackfillReport, type BackfillRequest, backfill } from '#shared/pipeline/backfill.ts';
import type { QueueMessage, SendResult } from '#shared/pipeline/ports.ts';
import { redeliver } from '#shared/pipeline/redeliver.ts';
import { type RelayDeps, relay } from '#shared/pipeline/relay.ts';
import type { Subscription } from '#shared/registry/records.ts';
import { applyAll, chance, type House, openHouse } from '../simulation/house.ts';
import type { Row } from '../simulation/world.ts';

const ALWAYS: BackfillRequest = { from: '2020-01-01T00:00:00.000Z', to: '2030-01-01T00:00:00.000Z', types: [] };
const key = (id: string) => ({ connectorId: 'acme-cc-1', type: 'transaction' as const, id });

function pushed(uuid: string, result: string, minute = 1): Row {
  const body = { uuid, result, transactionType: 'DEBIT', amount: '10.00', currency: 'EUR' };
  return { source: 'pushed', body: JSON.stringify(body), minute };
}

const suffixOf = ({ id, deduplicationId }: QueueMessage) => deduplicationId.slice(id.length);

describe('backfill', () => {
  let house: House;
  let deps: BackfillDeps & RelayDeps;
  /** What the queue `all` took, repeats by deduplication id dropped. */
  let queue: QueueMessage[];
  const known = new Set<string>();
  let refuse: (message: QueueMessage) => string | undefined;
  let onSend: (() => Promise<void>) | undefined;
  let ids: number;
  let relayed: number;
  let applied: number;

  beforeEach(async () => {
    house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    queue = [];
    refuse = () => undefined;
    onSend = undefined;
    [ids, relayed, applied] = [0, 0, 0];
    known.clear();
    deps = {
      ...house.relay,
      newId: () => `b${++ids}`,
      sender: {
        async send({ url }, messages): Promise<readonly SendResult[]> {
          if (url !== 'all') return messages.map(({ id }) => ({ id, ok: true }));
          await onSend?.();
          return messages.map((message) => {
            const code = refuse(message);
            if (code !== undefined) return { id: message.id, ok: false, code, message: 'no' };
            if (!known.has(message.deduplicationId)) queue.push(message);
            known.add(message.deduplicationId);
            return { id: message.id, ok: true };
          });
        },
      },
    };
  });

  async function apply(...rows: readonly Row[]): Promise<void> {
    for (const row of rows) await house.deliver(row);
    const all = (await house.stores.inbox.walk({ from: '', limit: 500 })).items;
    await applyAll(house, all.slice(applied), 1, () => 0.5);
    applied = all.length;
  }

  async function relayNew(): Promise<void> {
    const moves = house.stores.ledger.stream.slice(relayed);
    relayed += moves.length;
    for (const { from, head } of moves) await relay(deps, [{ key: head.key, after: from, upTo: head.version }]);
  }

  async function tell(...rows: readonly Row[]): Promise<void> {
    await apply(...rows);
    await relayNew();
  }

  async function subscription(): Promise<Subscription> {
    const found = await house.stores.registry.subscription('acme', 'all');
    if (found === undefined) throw new Error('no subscription');
    return found;
  }

  const run = async (request = ALWAYS, options = {}) => backfill(deps, await subscription(), request, options);
  const got = (messages = queue) =>
    messages.map(({ groupId, attributes }) => `${groupId.split('/')[1]} ${Number(attributes['sequence'])}`);
  const counts = () => house.stores.delivery.counts();

  it('sends the same events again, with their ids, bodies and chain, and they arrive', async () => {
    await tell(pushed('a', 'PENDING'), pushed('b', 'OK'));
    await tell(pushed('a', 'OK'));
    const before = queue.splice(0);
    const report = await run();
    expect(report).toEqual({ backfillId: 'b1', events: 3, subjects: 2, skipped: [], heldUpBy: null, cursor: null });
    expect(got().toSorted()).toEqual(['a 1', 'a 2', 'b 1']);
    expect(got().filter((name) => name.startsWith('a'))).toEqual(['a 1', 'a 2']);
    const bodies = (messages: readonly QueueMessage[]) => messages.map(({ id, body }) => `${id} ${body}`).toSorted();
    expect(bodies(queue)).toEqual(bodies(before));
    expect(queue[0]?.deduplicationId).toMatch(/:b1$/);
    expect((await counts()).parked).toBe(0);
    await run();
    expect(queue).toHaveLength(6);
  });

  it('sends only what lies in the range, fits the types, and the subscription wanted at its time', async () => {
    await tell(pushed('a', 'PENDING'), pushed('b', 'PENDING'));
    house.tick(3_600_000);
    const middle = deps.clock.now().toISOString();
    await tell(pushed('a', 'OK'));
    house.tick(3_600_000);
    const late = deps.clock.now().toISOString();
    await tell(pushed('b', 'OK'));
    queue.splice(0);
    await run({ ...ALWAYS, from: middle, to: late });
    expect(got(queue.splice(0))).toEqual(['a 2']);
    await run({ ...ALWAYS, types: ['payment.*.pending'] });
    expect(got(queue.splice(0)).toSorted()).toEqual(['a 1', 'b 1']);
    const { entries, ...rest } = await subscription();
    const filter = { types: ['payment.*.finished'], kinds: [], connectors: [], mode: 'both' as const };
    const narrowed = { ...rest, entries: [...entries, { from: late, filter }] };
    await backfill(deps, narrowed, ALWAYS);
    expect(got(queue.splice(0)).toSorted()).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
    const lateOnly = { ...rest, entries: [{ from: late, filter }] };
    await backfill(deps, lateOnly, ALWAYS);
    expect(got(queue.splice(0))).toEqual(['b 2']);
  });

  it('goes on page by page with one id, repeats a page harmlessly, and ends', async () => {
    await tell(...Array.from({ length: 250 }, (_, i) => pushed(`s${i}`, 'OK', i)));
    queue.splice(0);
    const realClock = deps.clock;
    deps = {
      ...deps,
      clock: {
        now: () => {
          house.tick(1_000);
          return realClock.now();
        },
      },
    };
    const pages: BackfillReport[] = [];
    for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)?.cursor ?? null) {
      const options = { budgetMs: 1, ...(cursor === '' ? {} : { cursor }) };
      pages.push(await run(ALWAYS, options));
      // The answer was lost: the same page again.
      if (pages.length === 3) await run(ALWAYS, options);
      if (pages.length > 100) throw new Error('never done');
    }
    expect(pages.length).toBeGreaterThan(10);
    expect(new Set(pages.map(({ backfillId }) => backfillId)).size).toBe(1);
    expect(new Set(got()).size).toBe(250);
    expect(queue).toHaveLength(250);
    const cursor = pages[0]?.cursor ?? '';
    await expect(run({ ...ALWAYS, types: ['payment.*'] }, { cursor })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('one subject of many versions comes whole and in order, over pages too', async () => {
    const steps = Array.from({ length: 70 }, (_, i) => i + 1);
    await tell(pushed('big', 'OK'));
    const { version: first } = await house.stores.ledger.newest(key('big'));
    if (first === undefined) throw new Error('no version');
    for (const version of steps.slice(1)) await house.stores.ledger.putVersion({ ...first, version });
    const { head } = await house.stores.ledger.newest(key('big'));
    if (head !== undefined) await house.stores.ledger.moveHead({ ...head, version: steps.length });
    queue.splice(0);
    let cursor: string | null | undefined;
    let pages = 0;
    while (cursor !== null) {
      cursor = (await run(ALWAYS, { budgetMs: 0, ...(cursor === undefined ? {} : { cursor }) })).cursor;
      pages++;
    }
    expect(pages).toBeGreaterThan(3);
    expect(got()).toEqual(steps.map((step) => `big ${step}`));
  });

  it('what the relay meets meanwhile waits, is sent afterwards, and is never lost', async () => {
    await tell(pushed('a', 'PENDING'));
    queue.splice(0);
    onSend = async () => {
      onSend = undefined;
      await tell(pushed('a', 'OK'));
    };
    expect(await run()).toMatchObject({ events: 1, cursor: null });
    expect(got()).toEqual(['a 1']);
    expect((await counts()).parked).toBe(1);
    await redeliver(deps);
    expect(got()).toEqual(['a 1', 'a 2']);
    expect((await counts()).parked).toBe(0);
  });

  it('what the relay has not come to yet is not taken for sent', async () => {
    await apply(pushed('a', 'PENDING'));
    await apply(pushed('a', 'OK'));
    onSend = async () => {
      onSend = undefined;
      await relayNew();
    };
    const { events } = await run({ ...ALWAYS, types: ['payment.*.finished'] });
    expect([events, got()]).toEqual([1, ['a 2']]);
    await redeliver(deps);
    expect(new Set(got())).toEqual(new Set(['a 1', 'a 2']));
    expect((await counts()).parked).toBe(0);
  });

  it('parked events go first: the page ends before their subject and goes on behind it', async () => {
    refuse = ({ groupId }) => (groupId.endsWith('/b') ? 'ThrottlingException' : undefined);
    await tell(pushed('a', 'OK'), pushed('b', 'PENDING'));
    queue.splice(0);
    const report = await run();
    expect(report).toMatchObject({ heldUpBy: { key: key('b'), code: 'parked' }, cursor: expect.any(String) });
    expect(await run(ALWAYS, { cursor: report.cursor ?? '' })).toMatchObject({
      events: 0,
      heldUpBy: { code: 'parked' },
    });
    refuse = () => undefined;
    house.tick(60_000);
    await redeliver(deps);
    expect(await run(ALWAYS, { cursor: report.cursor ?? '' })).toMatchObject({ heldUpBy: null, cursor: null });
    expect(new Set(got())).toEqual(new Set(['a 1', 'b 1']));
  });

  it('a queue that refuses ends the page; nothing is parked by it, and the next page goes on there', async () => {
    await tell(...Array.from({ length: 30 }, (_, i) => pushed(`s${i}`, 'OK', i)));
    queue.splice(0);
    let left = 12;
    refuse = () => (left-- > 0 ? undefined : 'AccessDenied');
    const report = await run();
    expect(report).toMatchObject({
      events: 12,
      heldUpBy: { code: expect.stringMatching(/AccessDenied|queue_refuses/) },
    });
    expect((await counts()).parked).toBe(0);
    refuse = () => undefined;
    expect(await run(ALWAYS, { cursor: report.cursor ?? '' })).toMatchObject({ backfillId: 'b1', cursor: null });
    expect(new Set(got()).size).toBe(30);
    expect(queue).toHaveLength(30);
  });

  it('a message that the queue will never take is told, and the others go on', async () => {
    await tell(pushed('a', 'OK'), pushed('b', 'OK'), pushed('c', 'OK'));
    queue.splice(0);
    refuse = ({ groupId }) => (groupId.endsWith('/b') ? 'InvalidParameterValue' : undefined);
    expect(await run()).toMatchObject({
      events: 2,
      skipped: [{ key: key('b'), version: 1, code: 'InvalidParameterValue' }],
      heldUpBy: null,
      cursor: null,
    });
    expect(got().toSorted()).toEqual(['a 1', 'c 1']);
  });

  it('killed in the middle, it leaves only a hold, which redelivery clears, and what came meanwhile is sent', async () => {
    await tell(pushed('a', 'PENDING'), pushed('b', 'OK'));
    queue.splice(0);
    const { sender } = deps;
    const dying = { ...deps, sender: { send: () => Promise.reject(new Error('killed')) } };
    await expect(backfill(dying, await subscription(), ALWAYS)).rejects.toThrow('killed');
    expect((await counts()).parked).toBe(2);
    deps = { ...deps, sender };
    await tell(pushed('a', 'OK'));
    expect(got()).toEqual([]);
    expect(await run()).toMatchObject({ heldUpBy: { code: 'parked' } });
    house.tick(deps.retry.claimMs + 1);
    await redeliver(deps);
    // The first one, sent before under its own id, is a repeat for the queue.
    expect(got()).toEqual(['a 2']);
    expect((await counts()).parked).toBe(0);
    expect(await run()).toMatchObject({ events: 3, heldUpBy: null, cursor: null });
  });

  it('whatever comes in between, every event arrives, and those that the relay sends stay in order', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      house = await openHouse({ random: chance(seed), troubleRate: 0, refusalRate: 0 });
      const random = chance(seed);
      queue = [];
      known.clear();
      [relayed, applied] = [0, 0];
      const { sender } = deps;
      deps = { ...deps, ...house.relay, sender };
      refuse = () => (random() < 0.15 ? 'ThrottlingException' : undefined);
      onSend = async () => {
        if (random() < 0.3) await relayNew();
        if (random() < 0.1) await redeliver(deps);
      };
      let cursor: string | null = null;
      for (let step = 0; step < 12; step++) {
        await apply(pushed(`s${step % 3}`, step < 6 ? 'PENDING' : 'OK', step));
        if (random() < 0.6) await relayNew();
        if (random() < 0.5) ({ cursor } = await run(ALWAYS, cursor === null ? {} : { cursor }));
        house.tick(Math.floor(random() * 4_000));
        if (random() < 0.3) await redeliver(deps);
      }
      await relayNew();
      refuse = () => undefined;
      onSend = undefined;
      for (let round = 0; (await counts()).parked > 0; round++) {
        house.tick(10_000);
        await redeliver(deps);
        if (round > 100) throw new Error('parked for ever');
      }
      for (const id of ['s0', 's1', 's2']) {
        const { version } = await house.stores.ledger.newest(key(id));
        const rows = await house.stores.ledger.versions(key(id), 1, version?.version ?? 0);
        const all = rows.filter(({ type }) => type !== null).map((row) => `${id} ${row.version}`);
        const ofSubject = queue.filter(({ groupId }) => groupId.endsWith(id));
        expect([...new Set(got(ofSubject))].toSorted(), `seed ${seed}`).toEqual(all);
        // By deduplication id: what relay and redelivery sent, and what each backfill did.
        for (const own of Map.groupBy(ofSubject, suffixOf).values()) {
          expect(got(own), `seed ${seed}`).toEqual(got(own).toSorted());
        }
      }
    }
  });
});
