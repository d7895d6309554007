import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fillerFor } from '#shared/gateways/paypal/crc-filler.testing.ts';
import { openGatewayHouse } from '../conformance/gateway-house.ts';
import { type SampledCallback, sampledGateways } from '../conformance/sampled-gateways.ts';

function firstSample(): SampledCallback {
  const [first] = sampledGateways().flatMap(({ name, samples }) => (name === 'paypal' ? samples : []));
  if (first === undefined) throw new Error('events/paypal has no samples');
  return first;
}

describe('PayPal: a body that was forged to the checksum of a genuine one', () => {
  const sample = firstSample();
  const genuine = sample.callback;
  const text = Buffer.from(genuine.body).toString();
  const forgery = (filler: string) => text.replace('"120.00"', `"9999.00","x":"${filler}"`);
  const forged = { ...genuine, body: Buffer.from(forgery(fillerFor(forgery, crc32(genuine.body)))) };

  async function houseAfter(...callbacks: readonly (typeof genuine)[]) {
    const house = openGatewayHouse();
    await house.register('paypal', sample);
    const statuses: number[] = [];
    for (const callback of callbacks) {
      statuses.push((await house.call(sample, callback)).status);
    }
    await house.apply();
    const { items } = await house.stores.ledger.find({ type: 'transaction', limit: 10 });
    const rows = await Promise.all(
      items.map(({ key, version }) => house.stores.ledger.versions(key, version, version)),
    );
    return { statuses, states: rows.flat().map(({ data }) => data) };
  }

  it('is refused under a transmission id that is known', async () => {
    const { statuses, states } = await houseAfter(genuine, forged, genuine);
    expect(statuses).toEqual([200, 409, 200]);
    expect(JSON.stringify(states)).not.toContain('9999');
  });

  it('moves no money where it comes first', async () => {
    const { statuses, states } = await houseAfter(forged);
    expect(statuses).toEqual([200]);
    expect(states).toHaveLength(1);
    expect(states).toMatchObject([{ kind: 'unknown', status: 'PENDING', proven: false }]);
    expect(JSON.stringify(states)).not.toContain('9999');
  });
});
