import { describe, expect, it } from 'vitest';
import type { OutboundRequest } from '#shared/gateways/outbound.ts';
import type { SubjectType } from '#shared/model/vocabulary.ts';
import { openGatewayHouse } from './gateway-house.ts';
import { type SampledCallback, sampledGateways } from './sampled-gateways.ts';

const ANSWERS: Readonly<Record<string, object>> = {
  '/api/v3/status/acme-cc-1/getByUuid/aa11bb22cc33dd44ee55': {
    ...{ success: true, uuid: 'aa11bb22cc33dd44ee55', transactionStatus: 'SUCCESS', transactionType: 'debit' },
    ...{ merchantTransactionId: 'ORD-1002-a', amount: '10.00', currency: 'EUR' },
  },
  '/api/v3/status/acme-cc-1/getByUuid/abcde12345abcde12345': {
    ...{ success: true, uuid: 'abcde12345abcde12345', transactionStatus: 'SUCCESS', transactionType: 'register' },
  },
  '/api/v3/schedule/acme-cc-1/SC-7f00aa11bb22cc33dd/get': {
    ...{ success: true, scheduleId: 'SC-7f00aa11bb22cc33dd', registrationUuid: 'abcde12345abcde12345' },
    ...{ oldStatus: 'ERROR', newStatus: 'ERROR', scheduledAt: '2026-03-15T09:30:00+00:00' },
  },
};

/** The samples of IXOPAY whose connector has a user of the API. */
function samplesOf(...numbers: readonly string[]): readonly SampledCallback[] {
  const ixopay = sampledGateways().find(({ name }) => name === 'ixopay');
  return numbers.map((number) => {
    const found = ixopay?.samples.find(({ name }) => name.startsWith(`${number}-`));
    if (found === undefined) throw new Error(`there is no sample ${number}`);
    const { connector } = found.sample;
    const settings = { ...connector.settings, username: 'api-user' };
    const secrets = { ...connector.secrets, password: 'api-password' };
    return { ...found, sample: { ...found.sample, connector: { ...connector, settings, secrets } } };
  });
}

async function play(...numbers: readonly string[]) {
  const house = openGatewayHouse();
  const requests: OutboundRequest[] = [];
  const http = {
    async send(request: OutboundRequest) {
      requests.push(request);
      const answer = ANSWERS[request.path];
      const body = Buffer.from(JSON.stringify(answer ?? { success: false, errorCode: 8001 }));
      return { ok: true as const, status: 200, headers: {}, body, attempts: 1 };
    },
  };
  for (const sample of samplesOf(...numbers)) {
    await house.register('ixopay', sample);
    expect((await house.call(sample)).body).toBe('OK');
  }
  await house.apply();
  const before = await stateOf('transaction');
  for (let minutes = 0; minutes < 60; minutes += 5) {
    await house.confirm(http);
    await house.apply();
    house.setTime(new Date(house.clock.now().getTime() + 300_000));
  }

  async function stateOf(type: SubjectType) {
    const { items } = await house.stores.ledger.find({ type, limit: 100 });
    const rows = items.map(({ key, version }) => house.stores.ledger.versions(key, version, version));
    return Object.fromEntries((await Promise.all(rows)).flat().map(({ key, data }) => [key.id, data]));
  }
  return { before, transactions: await stateOf('transaction'), schedules: await stateOf('schedule'), requests };
}

describe('IXOPAY is asked', () => {
  it.each([
    ['03', '04'],
    ['04', '03'],
  ])('about a decline and a success of one payment, which its status settles (%s, %s)', async (...numbers) => {
    const { before, transactions, requests } = await play(...numbers);
    expect(before['aa11bb22cc33dd44ee55']).toMatchObject({ status: 'FINISHED', contradictory: true });
    expect(transactions['aa11bb22cc33dd44ee55']).toMatchObject({ status: 'FINISHED', contradictory: false });
    expect(requests.map(({ host, path }) => `${host}${path}`)).toEqual([
      'gateway.ixopay.com/api/v3/status/acme-cc-1/getByUuid/aa11bb22cc33dd44ee55',
    ]);
    expect(requests[0]?.headers['authorization']).toBe(`Basic ${btoa('api-user:api-password')}`);
  });

  it('about a register of which only its network token was told', async () => {
    const { before, transactions } = await play('19');
    expect(before['abcde12345abcde12345']).toMatchObject({ status: 'PENDING', proven: false });
    expect(transactions['abcde12345abcde12345']).toMatchObject({ status: 'FINISHED', proven: true });
  });

  it('about a schedule whose callbacks disagree, by its own address', async () => {
    const { schedules, requests } = await play('16', '24');
    expect(requests.map(({ path }) => path)).toContain('/api/v3/schedule/acme-cc-1/SC-7f00aa11bb22cc33dd/get');
    expect(schedules['SC-7f00aa11bb22cc33dd']).toMatchObject({ status: 'ERROR', uncertain: false });
  });

  it('about nothing that is clear', async () => {
    expect((await play('01', '02')).requests).toEqual([]);
  });

  it('and what it does not know leaves the state as it was', async () => {
    const { transactions } = await play('09');
    expect(transactions['0f1e2d3c4b5a69788a01']).toMatchObject({ status: 'FINISHED', kind: 'refund' });
  });
});
