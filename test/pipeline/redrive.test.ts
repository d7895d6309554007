import { beforeEach, describe, expect, it } from 'vitest';
import type { RedriveDeps, RedriveReport } from '#shared/pipeline/redrive.ts';
import { redrive } from '#shared/pipeline/redrive.ts';
import { chance, type House, openHouse, Trouble } from '../simulation/house.ts';
import type { Row } from '../simulation/world.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

function pushed(uuid: string, result: string, minute = 1): Row {
  const body = { uuid, result, transactionType: 'DEBIT', amount: '10.00', currency: 'EUR' };
  return { source: 'pushed', body: JSON.stringify(body), minute };
}

/** Callbacks are stored and nothing has been applied: streams that stood still for days. */
describe('redrive in pages', () => {
  let house: House;
  let deps: RedriveDeps;

  beforeEach(async () => {
    house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
    // Every look at the clock takes a second: budgets are spent without waiting.
    const clock = {
      now: () => {
        house.tick(1_000);
        return house.apply.clock.now();
      },
    };
    deps = {
      ...house.apply,
      ...house.relay,
      clock,
      inbox: house.stores.inbox,
      isStorageTrouble: (error) => error instanceof Trouble,
    };
  });

  async function store(subjects: number, results: readonly string[]): Promise<void> {
    for (const [minute, result] of results.entries()) {
      for (let i = 0; i < subjects; i++) await house.deliver(pushed(`s${i}`, result, minute));
    }
  }

  async function allPages(budgetMs: number): Promise<readonly RedriveReport[]> {
    const pages: RedriveReport[] = [];
    for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)?.cursor ?? null) {
      pages.push(await redrive(deps, SINCE, { budgetMs, ...(cursor === undefined ? {} : { cursor }) }));
      if (pages.length > 1_000) throw new Error('never done');
    }
    return pages;
  }

  const sequencesOf = (id: string) =>
    (house.queues['all'] ?? [])
      .filter((message) => message.groupId.endsWith(`/${id}`))
      .map((message) => Number(message.attributes['sequence']));

  it('what stood still for longer than the streams hold is applied and published, whatever the page', async () => {
    await store(130, ['PENDING', 'OK']);
    const pages = await allPages(1);
    expect(pages.length).toBeGreaterThan(5);
    const sum = (member: 'callbacks' | 'failed') => pages.reduce((total, page) => total + page[member], 0);
    expect([sum('callbacks'), sum('failed')]).toEqual([260, 0]);
    for (let i = 0; i < 130; i++) expect(sequencesOf(`s${i}`), `s${i}`).toEqual([1, 2]);
  });

  it('one subject of many versions is sent over many pages, in order and whole', async () => {
    for (let i = 0; i < 110; i++) await house.deliver({ ...pushed('big', 'PENDING', i), body: pendingWith(i) });
    const pages = await allPages(1);
    expect(pages.length).toBeGreaterThan(2);
    const newest = (await house.stores.ledger.newest(KEY)).version?.version ?? 0;
    expect(newest).toBe(110);
    expect(pages.reduce((total, { versions }) => total + versions, 0)).toBeGreaterThanOrEqual(newest);
    const published = (await house.stores.ledger.versions(KEY, 1, newest)).filter(({ type }) => type !== null);
    expect(sequencesOf('big')).toEqual(published.map(({ version }) => version));
  });

  it('a page sends what it has sent before only once, however often it meets the subject', async () => {
    await store(1, ['PENDING', 'OK']);
    for (let i = 0; i < 150; i++) await house.deliver(pushed(`other${i}`, 'OK', 10));
    await house.deliver({
      ...pushed('s0', 'OK', 20),
      body: pushed('s0', 'OK').body.replace('}', ',"purchaseId":"x"}'),
    });
    const report = await redrive(deps, SINCE);
    expect(report).toMatchObject({ callbacks: 153, versions: 150 + 3, cursor: null });
  });

  it('a page that dies anywhere is repeated, and nothing is lost', async () => {
    await store(30, ['PENDING', 'OK']);
    const random = chance(7);
    const shaky: RedriveDeps = {
      ...deps,
      sender: {
        async send(queue, messages) {
          if (random() < 0.2) throw new Trouble('killed');
          return deps.sender.send(queue, messages);
        },
      },
    };
    let cursor: string | null | undefined;
    let deaths = 0;
    while (cursor !== null) {
      try {
        cursor = (await redrive(shaky, SINCE, { budgetMs: 1, ...(cursor === undefined ? {} : { cursor }) })).cursor;
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        deaths++;
      }
    }
    expect(deaths).toBeGreaterThan(0);
    for (let i = 0; i < 30; i++) expect(sequencesOf(`s${i}`), `s${i}`).toEqual([1, 2]);
  });

  it('a bug met in one record does not stand in the way of the others', async () => {
    await store(3, ['OK']);
    const { ledger } = house.stores;
    deps = {
      ...deps,
      ledger: {
        ...ledger,
        async newest(key) {
          if (key.id === 's1') throw new TypeError('a bug behind normalizing');
          return ledger.newest(key);
        },
      },
    };
    expect(await redrive(deps, SINCE)).toMatchObject({ callbacks: 3, failed: 1, subjects: 2, cursor: null });
    expect((await house.stores.delivery.failed({ limit: 10 })).items).toMatchObject([{ code: 'apply_bug' }]);
  });

  it('storage trouble is thrown, and a cursor of another time is refused', async () => {
    await store(3, ['OK']);
    const { ledger } = house.stores;
    const down = { ...deps, ledger: { ...ledger, newest: () => Promise.reject(new Trouble('down')) } };
    await expect(redrive(down, SINCE)).rejects.toThrow('down');
    const { cursor } = await redrive(deps, SINCE, { budgetMs: 1 });
    expect(cursor).not.toBeNull();
    const other = redrive(deps, '2026-01-02T00:00:00.000Z', { cursor: cursor ?? '' });
    await expect(other).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

const KEY = { connectorId: 'acme-cc-1', type: 'transaction', id: 'big' } as const;

function pendingWith(i: number): string {
  return JSON.stringify({
    ...{ uuid: 'big', result: 'PENDING', transactionType: 'DEBIT', amount: '10.00', currency: 'EUR' },
    merchantMetaData: `step ${i}`,
  });
}
