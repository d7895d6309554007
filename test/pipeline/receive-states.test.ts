import { describe, expect, it } from 'vitest';
import type { Connector } from '#shared/registry/records.ts';
import { tokenDigest } from '#shared/registry/token-digest.ts';
import { debitOf, type IxopayHouse, openIxopayHouse } from '../builders/ixopay-house.ts';

const DAY_MS = 86_400_000;
const SECRET = 'secret-of-visa';

async function houseWith(change: Partial<Connector>, secret: string | undefined = SECRET): Promise<IxopayHouse> {
  const house = openIxopayHouse();
  await house.put('visa', change, secret);
  return house;
}

const refusedOf = async (house: IxopayHouse) => (await house.stores.refused.list('visa')).counts;

describe('a connector that lacks something', () => {
  it.each([
    ['a secret', { missing: ['/secrets/sharedSecret'] }, '/secrets/sharedSecret'],
    ['an adapter', { gateway: 'paypal' as const }, '/gateway (no adapter in this release)'],
  ])('%s: answers 503, never 401, and is counted as incomplete', async (_name, change, missing) => {
    const house = await houseWith(change);
    expect(await house.call('/callbacks/visa', debitOf('d'), 'any')).toBe(503);
    const { items, counts } = await house.stores.refused.list('visa');
    expect(counts).toEqual({ incomplete: 1 });
    expect(items[0]?.detail).toContain(missing);
    expect(house.stores.inbox.stream).toHaveLength(0);
  });

  it('takes callbacks once it is given, although the old row is still cached', async () => {
    const house = await houseWith({ missing: ['/secrets/sharedSecret'] });
    expect(await house.call('/callbacks/visa', debitOf('d'), SECRET)).toBe(503);
    const row = await house.stores.registry.connector('visa');
    const { missing: _, ...ready } = row as Connector;
    const audit = { at: '', who: '', what: '', resource: '', changes: [] };
    await house.stores.registry.putConnector({ ...ready, version: 2 }, 1, audit);
    house.advance(5_000);
    expect(await house.call('/callbacks/visa', debitOf('d'), SECRET)).toBe(200);
  });
});

describe('a connector out of use', () => {
  const since = '2026-01-15T09:30:00.000Z';
  it.each([
    ['inactive', { active: false, inactiveSince: since }],
    ['archived', { archived: true, archivedAt: since }],
    ['archived before it was written down when', { archived: true }],
    [
      'archived after it was inactive',
      { archived: true, archivedAt: '2027-01-01T00:00:00.000Z', active: false, inactiveSince: since },
    ],
  ])('%s: takes verified callbacks for 540 days, then answers 410', async (_name, change) => {
    const house = await houseWith(change);
    house.advance(540 * DAY_MS - 1);
    expect(await house.call('/callbacks/visa', debitOf('a'), SECRET)).toBe(200);
    expect(await house.call('/callbacks/visa', debitOf('b'), 'forged')).toBe(401);
    house.advance(1);
    expect(await house.call('/callbacks/visa', debitOf('c'), SECRET)).toBe(410);
    expect(await refusedOf(house)).toEqual({ signature_mismatch: 1, retired: 1 });
    expect(house.stores.inbox.stream).toHaveLength(1);
  });

  it('for how long is a setting', async () => {
    const house = openIxopayHouse({ retiredAfterDays: 1 });
    await house.put('visa', { active: false, inactiveSince: since }, SECRET);
    house.advance(DAY_MS);
    expect(await house.call('/callbacks/visa', debitOf('a'), SECRET)).toBe(410);
  });
});

describe('a URL that ends in a token', () => {
  const tokens = {
    callbackTokenSha256: tokenDigest('right-token'),
    previousCallbackTokens: [{ sha256: tokenDigest('old-token'), validUntil: '2026-01-16T09:30:00.000Z' }],
  };

  it('is taken with it, with the one before until its end, and with nothing else', async () => {
    const house = await houseWith(tokens);
    const call = (path: string, id: string) => house.call(`/callbacks/visa${path}`, debitOf(id), SECRET);
    await house.put('visa', { settings: { acceptReceivedPath: true } });
    expect(await call('/right-token', 'a')).toBe(200);
    expect(await call('/old-token', 'b')).toBe(200);
    for (const path of ['', '/', '/wrong-token', '/right-token/x', `/${tokens.callbackTokenSha256}`]) {
      expect(await call(path, 'c')).toBe(404);
    }
    house.advance(DAY_MS);
    expect(await call('/old-token', 'd')).toBe(404);
    expect(await call('/right-token', 'e')).toBe(200);
  });
});

describe('a rotation', () => {
  it('accepts the old secret until its end and not a moment longer, whatever is cached', async () => {
    const house = await houseWith({});
    const row = await house.stores.registry.connector('visa');
    const sealed = await house.stores.secrets.seal('visa', { sharedSecret: 'the-new-one' });
    const old = (row?.secrets ?? []).map((secret) => ({
      ...secret,
      role: 'previous' as const,
      validUntil: '2026-01-15T09:30:30.000Z',
    }));
    const createdAt = '2026-01-15T09:29:00.000Z';
    await house.put('visa', { secrets: [...old, { keyId: 'k-new', sealed, createdAt, role: 'current' }] });
    expect(await house.call('/callbacks/visa', debitOf('a'), SECRET)).toBe(200);
    expect(await house.call('/callbacks/visa', debitOf('b'), 'the-new-one')).toBe(200);
    house.advance(29_999);
    expect(await house.call('/callbacks/visa', debitOf('c'), SECRET)).toBe(200);
    house.advance(1);
    expect(await house.call('/callbacks/visa', debitOf('d'), SECRET)).toBe(401);
    expect(await house.call('/callbacks/visa', debitOf('e'), 'the-new-one')).toBe(200);
    expect(house.stores.inbox.stream.map(({ verdict }) => [verdict?.keyId, verdict?.previousSecret])).toEqual([
      ['k-visa', true],
      ['k-new', undefined],
      ['k-visa', true],
      ['k-new', undefined],
    ]);
  });

  it('counts what the old secret signed when it is applied, once however often that is', async () => {
    const house = await houseWith({});
    const row = await house.stores.registry.connector('visa');
    await house.put('visa', {
      secrets: (row?.secrets ?? []).map((secret) => ({
        ...secret,
        role: 'previous' as const,
        validUntil: '2026-02-01T00:00:00.000Z',
      })),
    });
    for (const id of ['a', 'b', 'c']) {
      house.advance(1_000);
      await house.call('/callbacks/visa', debitOf(id), SECRET);
    }
    expect(await house.stores.delivery.oldSecretUse('visa')).toEqual({});
    const rows = [...house.stores.inbox.stream];
    await house.apply([...rows.toReversed(), ...rows]);
    expect(await house.stores.delivery.oldSecretUse('visa')).toEqual({
      'k-visa': { callbacks: 3, lastAt: '2026-01-15T09:30:03.000Z' },
    });
  });
});
