import { describe, expect, it } from 'vitest';
import { confirmDue } from '#shared/pipeline/confirm.ts';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import { answered, CONNECTOR, type ConfirmHouse, openConfirmHouse } from './confirm-house.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function question(house: ConfirmHouse, change: Partial<ConfirmRequest>): ConfirmRequest {
  const at = new Date(house.nowMs()).toISOString();
  return {
    ...{ connectorId: CONNECTOR, merchantId: 'acme', evidenceDigest: 'e', at, due: at, nextAt: at },
    about: { type: 'span', from: 'a', to: 'b' },
    ...{ reason: 'overdue', state: 'waiting', attempts: 0, hasTurn: false },
    ...change,
  };
}

const waiting = async (house: ConfirmHouse) => (await house.house.stores.delivery.counts()).confirmations;

describe('a gateway that is slow', () => {
  it('with more questions than are looked up at once does not keep the others from being asked', async () => {
    const house = await openConfirmHouse();
    for (let i = 0; i < 500; i++) await house.push({ id: `t${i}`, status: 'PENDING', hint: true });
    house.house.tick(1);
    const connector = await house.deps.registry.connector(CONNECTOR);
    if (connector === undefined) throw new Error('no connector');
    await house.house.stores.delivery.putConfirmation(
      question(house, {
        ...{ connectorId: 'other', reason: 'expected', about: { type: 'reference', merchantReference: 'r' } },
      }),
    );
    let otherAt = Number.POSITIVE_INFINITY;
    const start = house.nowMs();
    house.answerWith((asked) => {
      if (asked.about === 'reference') otherAt = house.nowMs() - start;
      else house.house.tick(6 * SECOND);
      return answered({ id: asked.about === 'subject' ? asked.id : 'r', status: 'FINISHED' });
    });
    const registry = { connector: async (connectorId: string) => ({ ...connector, connectorId }) };
    const deps = {
      ...house.deps,
      registry,
      secrets: { open: async () => ({ sharedSecret: 's' }) },
    };
    await confirmDue(deps, () => house.nowMs() - start > 5 * MINUTE);
    expect(otherAt).toBeLessThan(20 * SECOND);
    // It goes on itself, and nothing of it is lost.
    const until = house.nowMs() + 120 * MINUTE;
    while ((await waiting(house)) > 0 && house.nowMs() < until) {
      await confirmDue(deps);
      house.house.tick(SECOND);
    }
    expect(await waiting(house)).toBe(0);
    expect(house.asked).toHaveLength(501);
  });
});

describe('a gateway that is slow to refuse', () => {
  it('pauses its questions as long as any that refuses', async () => {
    const house = await openConfirmHouse();
    for (let i = 0; i < 3; i++) await house.push({ id: `t${i}`, status: 'PENDING', hint: true });
    house.answerWith(() => {
      house.house.tick(11 * SECOND);
      return { outcome: 'down', detail: 'It says no.' };
    });
    expect(await house.confirm()).toEqual({ down: 1, paused: 2 });
    const until = new Date(house.nowMs() + 15 * SECOND).toISOString();
    expect((await house.questions()).map(({ nextAt }) => nextAt)).toEqual([until, until, until]);
  });
});

describe('a gateway that lets nobody in', () => {
  it.each(['not_allowed', 'down'] as const)('(%s): all that is past the horizon is unresolved', async (outcome) => {
    const house = await openConfirmHouse({ horizonMinutes: 2_880 });
    for (let i = 0; i < 300; i++) {
      await house.push({ id: `t${i}`, status: 'PENDING' });
      const subject = { connectorId: CONNECTOR, type: 'transaction', id: `t${i}` } as const;
      await house.house.stores.delivery.putConfirmation(question(house, { about: { type: 'subject', subject } }));
    }
    await house.push({ id: 'hinted', status: 'PENDING', hint: true });
    house.answerWith(() => ({ outcome, detail: 'It says no.' }));
    for (let minute = 0; minute < 2_880; minute += 15) {
      await house.confirm();
      house.house.tick(15 * MINUTE);
    }
    expect(house.horizons).toEqual([]);
    expect(await waiting(house)).toBe(301);
    // The pause of then may last an hour more.
    for (let minute = 0; minute <= 60; minute += 15) {
      await house.confirm();
      house.house.tick(15 * MINUTE);
    }
    expect(await waiting(house)).toBe(0);
    expect(house.horizons).toHaveLength(301);
    for (const one of await house.questions()) {
      expect(one).toMatchObject({ state: 'given_up', nextAt: null, lastOutcome: outcome });
    }
    expect(house.asked.length).toBeLessThan(200);
  });

  it.each(['rate_limited', 'down'] as const)(
    '(%s) once is asked about all the same, however old the questions are',
    async (outcome) => {
      const house = await openConfirmHouse({ horizonMinutes: 60 });
      for (let i = 0; i < 20; i++) {
        await house.push({ id: `t${i}`, status: 'PENDING' });
        const subject = { connectorId: CONNECTOR, type: 'transaction', id: `t${i}` } as const;
        await house.house.stores.delivery.putConfirmation(question(house, { about: { type: 'subject', subject } }));
      }
      house.house.tick(120 * MINUTE);
      house.answerWith((asked) =>
        house.asked.length === 1
          ? { outcome, detail: 'Not now.' }
          : answered({ id: asked.about === 'subject' ? asked.id : '', status: 'FINISHED' }),
      );
      await house.confirm();
      house.house.tick(2 * MINUTE);
      await house.confirm();
      expect(house.asked).toHaveLength(20);
      // That one itself had its last chance.
      expect(house.horizons).toHaveLength(1);
    },
  );
});

describe('a list of changes', () => {
  it('that goes round in a larger circle ends at the horizon, and is not called done', async () => {
    let pages = 0;
    const house = await openConfirmHouse({
      horizonMinutes: 60,
      perMinute: 60,
      discover: () => ({ outcome: 'page', statements: [], notes: [], cursor: `page-${++pages % 3}` }),
    });
    await house.house.stores.delivery.putConfirmation(question(house, { reason: 'discovery' }));
    for (let minute = 0; minute < 70; minute++) {
      await house.confirm();
      house.house.tick(MINUTE);
    }
    const [ended] = await house.questions();
    expect(ended).toMatchObject({ state: 'given_up', lastOutcome: 'malformed', nextAt: null });
    expect(ended?.cursor).toMatch(/^page-/);
  });
});
