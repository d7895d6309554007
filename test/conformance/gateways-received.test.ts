import { describe, expect, it } from 'vitest';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { type GatewayHouse, openGatewayHouse } from './gateway-house.ts';
import { gatewaysWithSamples, type SampledCallback, type SampledGateway } from './sampled-gateways.ts';

/** Places of a body that are changed in each sample; gateways-flipped.test.ts changes more of them before one door less. */
const FLIPPED_BYTES = 30;
const PATH = '/callbacks/';

function flippedText(text: string, at: number): string {
  const bytes = Buffer.from(text, 'latin1');
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('latin1');
}

function* changedBodies({ callback, name }: SampledCallback): Generator<RawCallback> {
  const { body } = callback;
  const step = Math.max(1, Math.floor(body.length / FLIPPED_BYTES));
  for (let at = name.length % step; at < body.length; at += step) {
    yield { ...callback, body: body.map((byte, i) => (i === at ? byte ^ 1 : byte)) };
  }
  yield { ...callback, body: body.subarray(0, body.length - 1) };
  yield { ...callback, body: new Uint8Array(0) };
}

function* changedHeads({ callback }: SampledCallback): Generator<RawCallback> {
  for (const [name, value] of Object.entries(callback.headers)) {
    for (const at of [0, Math.floor(value.length / 2), value.length - 1]) {
      yield { ...callback, headers: { ...callback.headers, [name]: flippedText(value, at) } };
    }
    const { [name]: _, ...rest } = callback.headers;
    yield { ...callback, headers: rest };
  }
  for (let at = PATH.length; at < callback.path.length; at += 1)
    yield { ...callback, path: flippedText(callback.path, at) };
  yield { ...callback, method: 'PUT' };
}

function saidBy({ gateway }: SampledGateway, { source, body, declared }: InboxRow): readonly Notification[] {
  return gateway.normalize({ source, body, declared }).notifications;
}

function isHint(notification: Notification): boolean {
  return notification.about === 'notice' || ('hint' in notification && notification.hint === true);
}

/** Proofs that cover no byte of the body (Paylock's modes of that name). */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['token', 'basic']);

/** Rows that came of changed callbacks and say something else than the genuine one. */
async function believed(
  one: SampledGateway,
  house: GatewayHouse,
  sample: SampledCallback,
  changed: Iterable<RawCallback>,
) {
  const { stream } = house.stores.inbox;
  const genuine = stream[0];
  if (genuine === undefined) throw new Error('the sample itself was not stored');
  const said = JSON.stringify(saidBy(one, genuine));
  const wrong: string[] = [];
  for (const callback of changed) {
    const rows = stream.length;
    const { status } = await house.call(sample, callback);
    const row = stream[rows];
    if (row === undefined) continue;
    if (status !== 200) wrong.push(`stored and answered ${status}`);
    const now = saidBy(one, row);
    if (!now.every(isHint) && JSON.stringify(now) !== said) wrong.push(Buffer.from(callback.body).toString('latin1'));
  }
  return wrong;
}

describe.each(gatewaysWithSamples())('$name through receive', (one) => {
  it.each(one.samples)('$name: once; changed it is refused and counted, or says nothing else', async (sample) => {
    const house = openGatewayHouse();
    await house.register(one.name, sample);
    const { acknowledge } = one.gateway.front;
    expect(await house.call(sample)).toEqual(acknowledge('stored'));
    expect(await house.call(sample)).toEqual(acknowledge('duplicate'));
    expect(house.stores.inbox.stream).toHaveLength(1);
    expect(await believed(one, house, sample, changedHeads(sample))).toEqual([]);
    if (!WITHOUT_BODY.has(sample.sample.verdict.algorithm)) {
      expect(await believed(one, house, sample, changedBodies(sample))).toEqual([]);
    }
    const { counts } = await house.stores.refused.list(undefined);
    expect(counts['unknown_connector'] ?? 0).toBeGreaterThan(0);
  });

  it('takes nothing at a URL whose token is another one', async () => {
    for (const sample of one.samples) {
      const { token } = sample.sample.connector;
      if (token === undefined) continue;
      const house = openGatewayHouse();
      await house.register(one.name, sample);
      const base = sample.callback.path.slice(0, -token.length - 1);
      for (const path of [
        base,
        `${base}/`,
        `${base}/${token}x`,
        `${base}/${token.slice(1)}`,
        `${base}/${token}/${token}`,
      ]) {
        expect((await house.call(sample, { ...sample.callback, path })).status).toBe(404);
      }
      expect(house.stores.inbox.stream).toHaveLength(0);
    }
  });
});
