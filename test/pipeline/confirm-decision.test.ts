import { describe, expect, it } from 'vitest';
import type { Gateway } from '#shared/gateways/gateway.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { confirmDue } from '#shared/pipeline/confirm.ts';
import { answered, CONNECTOR, type ConfirmHouse, openConfirmHouse, type Told } from './confirm-house.ts';

const MINUTE = 60_000;

/** The toy gateway with its own times of change: `n` seconds after midnight; none where `n` is left out. */
function timed(gateway: Gateway): Gateway {
  return {
    ...gateway,
    normalize(statement) {
      const { n } = JSON.parse(Buffer.from(statement.body).toString()) as Told;
      const { origin, notifications } = gateway.normalize(statement);
      const gatewayTime = n === undefined ? undefined : `2026-01-01T00:00:0${n}.000Z`;
      const { date } = statement.declared;
      return {
        origin: { ...origin, ...(date !== undefined && { signedAt: date }) },
        notifications: notifications.map((one) =>
          one.about === 'transaction' && gatewayTime !== undefined ? { ...one, gatewayTime } : one,
        ),
      };
    },
  };
}

async function overdueHouse(): Promise<ConfirmHouse & { run(): Promise<void>; state(): Promise<unknown> }> {
  const house = await openConfirmHouse({ horizonMinutes: 60 });
  const gateways = { ixopay: timed(house.gateway) };
  const { stores, apply } = house.house;
  const applyAll = async () => {
    const { items } = await stores.inbox.walk({ from: '', limit: 100 });
    for (const row of items) await applyCallback({ ...apply, gateways }, row);
  };
  const at = new Date(house.nowMs()).toISOString();
  const body = Buffer.from(JSON.stringify({ id: 't1', status: 'PENDING', n: 5 }));
  await stores.inbox.put({
    ...{ callbackId: `${CONNECTOR}:p`, connectorId: CONNECTOR, merchantId: 'acme', gateway: 'ixopay' },
    ...{ source: 'pushed', mode: 'live', receivedAt: at, method: 'POST', path: '/', rawQuery: '', headers: {} },
    // Due now, an hour after it was signed.
    ...{ declared: { date: new Date(house.nowMs() - 60 * MINUTE).toISOString() }, body, bodySha256: 'p' },
  });
  await applyAll();
  await stores.delivery.putConfirmation({
    ...{ connectorId: CONNECTOR, merchantId: 'acme', evidenceDigest: `overdue/${at}`, reason: 'overdue', due: at, at },
    about: { type: 'subject', subject: { connectorId: CONNECTOR, type: 'transaction', id: 't1' } },
    ...{ state: 'waiting', nextAt: at, attempts: 0, hasTurn: false },
  });
  return {
    ...house,
    async run() {
      for (let minute = 0; minute <= 65; minute++) {
        await confirmDue({ ...house.deps, gateways });
        await applyAll();
        house.house.tick(MINUTE);
      }
    },
    state: () => house.status('t1'),
  };
}

describe('an answer that does not decide a payment', () => {
  it.each([
    ['is older than what is known', { n: 3 }],
    ['has no time where what is known has one', {}],
  ])('because it %s leaves it asked for, to its horizon', async (_name, time) => {
    const house = await overdueHouse();
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED', ...time }));
    await house.run();
    expect(await house.state()).toBe('PENDING');
    expect(house.asked.length).toBeGreaterThan(2);
    expect(house.horizons.map(({ reason }) => reason)).toEqual(['overdue']);
  });

  it('and one that is later ends the question', async () => {
    const house = await overdueHouse();
    house.answerWith(() => answered({ id: 't1', status: 'FINISHED', n: 7 }));
    await house.run();
    expect(await house.state()).toBe('FINISHED');
    expect(house.asked).toHaveLength(1);
    expect(house.horizons).toEqual([]);
  });
});
