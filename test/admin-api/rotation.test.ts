import { describe, expect, it } from 'vitest';
import type { Connector } from '#shared/registry/records.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';

const PATH = '/connectors/acme-cc-1';
const ROTATION = `${PATH}/rotation`;
const OLD = 'planted-old-shared-secret';
const NEW = 'planted-new-shared-secret';
const DAY_MS = 86_400_000;

async function withConnector(
  secrets: object = { sharedSecret: OLD, password: 'planted-password' },
): Promise<AdminFixture> {
  const fixture = createAdminFixture();
  await fixture.call('PUT', '/merchants/acme', { json: { name: 'Acme' } });
  const made = await fixture.call('PUT', PATH, {
    json: {
      ...{ merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: true, active: true },
      ...{ settings: { apiKey: 'acme-cc-1' }, secrets },
    },
  });
  expect(made.status).toBe(201);
  return fixture;
}

async function rowOf({ stores }: AdminFixture): Promise<Connector> {
  const row = await stores.registry.connector('acme-cc-1');
  if (row === undefined) throw new Error('no row');
  return row;
}

async function openedOf(fixture: AdminFixture): Promise<readonly object[]> {
  const { secrets } = await rowOf(fixture);
  return Promise.all(secrets.map(({ sealed }) => fixture.stores.secrets.open('acme-cc-1', sealed)));
}

describe('a rotation', () => {
  it('makes a secret in the gateway’s length, shows it once, and keeps what it was not given', async () => {
    const fixture = await withConnector();
    const started = await fixture.call('POST', ROTATION, { json: {} });
    expect(started).toMatchObject({ status: 201, json: { state: 'overlap', connector: { version: 2 } } });
    const { generated, keyId } = started.json as { generated: { sharedSecret: string }; keyId: string };
    expect(generated.sharedSecret).toMatch(/^[A-Za-z0-9]{50}$/);
    const opened = await openedOf(fixture);
    expect(opened).toEqual([
      { sharedSecret: OLD, password: 'planted-password' },
      { sharedSecret: generated.sharedSecret, password: 'planted-password' },
    ]);
    const { secrets } = await rowOf(fixture);
    expect(secrets).toMatchObject([
      { role: 'previous', validUntil: '2026-01-23T09:30:00.000Z' },
      { role: 'current', keyId },
    ]);
    for (const target of [PATH, ROTATION, '/connectors', '/audit']) {
      const { text } = await fixture.call('GET', target);
      for (const secret of [OLD, 'planted-password', generated.sharedSecret, 'sealed'])
        expect(text).not.toContain(secret);
    }
    expect(fixture.told.at(-1)).toBe('connector acme-cc-1');
  });

  it('takes the secret that is given, ends by itself after the overlap, and says so', async () => {
    const fixture = await withConnector();
    const json = { secrets: { sharedSecret: NEW }, overlapDays: 2 };
    const started = await fixture.call('POST', ROTATION, { json });
    expect(started.json).not.toHaveProperty('generated');
    expect(started.text).not.toContain(NEW);
    fixture.advance(2 * DAY_MS - 1);
    expect((await fixture.call('GET', ROTATION)).json).toMatchObject({ state: 'overlap' });
    fixture.advance(1);
    expect((await fixture.call('GET', ROTATION)).json).toMatchObject({ state: 'ended', current: [expect.any(String)] });
    expect((await fixture.call('GET', PATH)).json).toMatchObject({
      credentials: [{ state: 'ended' }, { state: 'accepted', role: 'current' }],
    });
    // What has ended does not stand in the way of the next one, and is gone with it.
    expect((await fixture.call('POST', ROTATION, { json: {} })).status).toBe(201);
    expect((await rowOf(fixture)).secrets).toHaveLength(2);
  });

  it('shows how many callbacks the old secret still signs, and the last of them', async () => {
    const fixture = await withConnector();
    await fixture.call('POST', ROTATION, { json: {} });
    const [old] = (await rowOf(fixture)).secrets;
    const use = { connectorId: 'acme-cc-1', keyId: old?.keyId ?? '' };
    await fixture.stores.delivery.noteOldSecret({ ...use, callbackId: 'a', receivedAt: '2026-01-16T00:00:00.000Z' });
    await fixture.stores.delivery.noteOldSecret({ ...use, callbackId: 'b', receivedAt: '2026-01-15T23:00:00.000Z' });
    expect((await fixture.call('GET', ROTATION)).json).toMatchObject({
      previous: [{ keyId: old?.keyId, callbacks: 2, lastAt: '2026-01-16T00:00:00.000Z' }],
    });
  });

  it('is one at a time, and needs something to rotate that differs', async () => {
    const fixture = await withConnector();
    const same = await fixture.call('POST', ROTATION, { json: { secrets: { sharedSecret: OLD } } });
    expect(same).toMatchObject({ status: 422, json: { errors: [{ field: '/secrets' }] } });
    expect(same.text).not.toContain(OLD);
    const wrong = await fixture.call('POST', ROTATION, {
      json: { secrets: { sharedSecret: 'x'.repeat(51), odd: NEW } },
    });
    expect(wrong).toMatchObject({ status: 422 });
    expect(wrong.text).not.toContain(NEW);
    expect((await fixture.call('POST', ROTATION, { json: {} })).status).toBe(201);
    expect(await fixture.call('POST', ROTATION, { json: {} })).toMatchObject({ status: 409, json: { code: 'in_use' } });
    const stale = await fixture.call('POST', ROTATION, { json: {}, headers: { 'if-match': '"1"' } });
    expect(stale.status).toBe(412);
    expect((await fixture.call('POST', '/connectors/nobody/rotation', { json: {} })).status).toBe(404);
  });

  it('is finished: only the new secret is left; there is nothing to finish twice', async () => {
    const fixture = await withConnector();
    expect((await fixture.call('DELETE', ROTATION)).status).toBe(404);
    await fixture.call('POST', ROTATION, { json: { secrets: { sharedSecret: NEW } } });
    expect((await fixture.call('DELETE', ROTATION)).status).toBe(200);
    expect(await openedOf(fixture)).toEqual([{ sharedSecret: NEW, password: 'planted-password' }]);
    expect((await fixture.call('GET', ROTATION)).json).toMatchObject({ state: 'none', previous: [] });
    expect((await fixture.call('DELETE', ROTATION)).status).toBe(404);
    expect((await fixture.call('GET', '/audit')).json).toMatchObject({
      items: [
        { what: 'connector.rotation.finish' },
        { what: 'connector.rotation.start', changes: [{ field: 'secrets.sharedSecret' }, { field: 'current' }] },
        ...[{}, {}],
      ],
    });
  });

  it('asks a gateway that makes its own secrets for the new one', async () => {
    const fixture = await withConnector();
    const connector = { ...(await rowOf(fixture)), connectorId: 'pp', gateway: 'paypal' as const, settings: {} };
    await fixture.stores.registry.putConnector({ ...connector, version: 1 }, undefined, AUDIT);
    const refused = await fixture.call('POST', '/connectors/pp/rotation', { json: {} });
    expect(refused).toMatchObject({ status: 422, json: { errors: [{ field: '/secrets' }] } });
  });
});

const AUDIT = { at: '2026-01-15T09:00:00.000Z', who: 'test', what: 'made', resource: 'test', changes: [] };

describe('a secret', () => {
  it('is revoked at once and forgotten', async () => {
    const fixture = await withConnector();
    await fixture.call('POST', ROTATION, { json: {} });
    const revoked = await fixture.call('POST', `${ROTATION}/revoke`, { json: {} });
    expect(revoked).toMatchObject({
      status: 200,
      json: { credentials: [{ state: 'revoked', revokedAt: '2026-01-15T09:30:00.000Z' }, { state: 'accepted' }] },
    });
    expect((await rowOf(fixture)).secrets[0]?.sealed).toBe('');
    expect((await fixture.call('POST', `${ROTATION}/revoke`, { json: {} })).status).toBe(404);
  });

  it('that is the last one accepted is not revoked', async () => {
    const fixture = await withConnector();
    const [only] = (await rowOf(fixture)).secrets;
    const json = { keyId: only?.keyId };
    expect(await fixture.call('POST', `${ROTATION}/revoke`, { json })).toMatchObject({
      status: 409,
      json: { code: 'in_use' },
    });
    await fixture.call('POST', ROTATION, { json: {} });
    expect((await fixture.call('POST', `${ROTATION}/revoke`, { json })).status).toBe(200);
  });

  it('stands beside others: made, tested, switched on and off, deleted', async () => {
    const fixture = await withConnector();
    const [first] = (await rowOf(fixture)).secrets;
    const second = `${PATH}/credentials/second`;
    expect((await fixture.call('PUT', second, { json: { active: true } })).status).toBe(404);
    const json = { secrets: { sharedSecret: NEW }, active: false };
    expect((await fixture.call('PUT', second, { json })).json).toMatchObject({
      credentials: [{ keyId: first?.keyId }, { keyId: 'second', state: 'inactive' }],
    });
    const off = { json: { active: false } };
    const firstPath = `${PATH}/credentials/${first?.keyId}`;
    expect((await fixture.call('PUT', firstPath, off)).json).toMatchObject({ code: 'in_use' });
    expect((await fixture.call('PUT', second, { json: { active: true } })).json).toMatchObject({
      credentials: [{ state: 'accepted' }, { keyId: 'second', state: 'accepted' }],
    });
    expect((await fixture.call('POST', ROTATION, { json: {} })).json).toMatchObject({ errors: [{ field: '/keyId' }] });
    expect((await fixture.call('PUT', second, { json })).json).toMatchObject({ code: 'immutable' });
    expect((await fixture.call('DELETE', firstPath)).json).toMatchObject({ code: 'in_use' });
    expect((await fixture.call('PUT', firstPath, off)).status).toBe(200);
    expect((await fixture.call('DELETE', firstPath)).json).toMatchObject({ credentials: [{ keyId: 'second' }] });
    expect((await fixture.call('DELETE', firstPath)).status).toBe(404);
  });
});

describe('a connector that lacks something', () => {
  it('is registered, says what, and is ready when it is given', async () => {
    const fixture = createAdminFixture();
    await fixture.call('PUT', '/merchants/acme', { json: {} });
    const bare = { merchantId: 'acme', gateway: 'ixopay', settings: { apiKey: 'k' } };
    expect((await fixture.call('PUT', PATH, { json: bare })).json).toMatchObject({
      readiness: 'incomplete',
      missing: ['/secrets/sharedSecret'],
    });
    const whole = { ...bare, name: 'Acme', testMode: true, active: true, secrets: { sharedSecret: OLD } };
    const ready = await fixture.call('PUT', PATH, { json: whole });
    expect(ready.json).toMatchObject({ readiness: 'ready' });
    expect(ready.json).not.toHaveProperty('missing');
    const paypal = { ...bare, gateway: 'paypal', settings: {} };
    expect((await fixture.call('PUT', '/connectors/pp', { json: paypal })).json).toMatchObject({
      missing: expect.arrayContaining(['/gateway (no adapter in this release)', '/secrets/clientSecret']),
    });
  });

  it('names have 1 to 50 characters, at IXOPAY 3', async () => {
    const fixture = await withConnector();
    const put = (gateway: string, name: string) =>
      fixture.call('PUT', `/connectors/${gateway}-1`, {
        json: { merchantId: 'acme', gateway, name, settings: { apiKey: 'k' } },
      });
    for (const name of ['ab', 'x'.repeat(51), '']) {
      expect((await put('ixopay', name)).json).toMatchObject({ errors: [{ field: '/name' }] });
    }
    expect((await put('ixopay', 'abc')).status).toBe(201);
  });

  it('goes out of use and back: since when, and until when its callbacks are taken', async () => {
    const fixture = await withConnector();
    const json = {
      ...{ merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: true },
      settings: { apiKey: 'acme-cc-1' },
    };
    await fixture.call('PUT', PATH, { json: { ...json, active: false } });
    fixture.advance(DAY_MS);
    expect((await fixture.call('PUT', PATH, { json: { ...json, name: 'Other', active: false } })).json).toMatchObject({
      inactiveSince: '2026-01-15T09:30:00.000Z',
      callbacksUntil: '2027-07-09T09:30:00.000Z',
    });
    await fixture.call('DELETE', PATH);
    expect((await fixture.call('GET', PATH)).json).toMatchObject({ archivedAt: '2026-01-16T09:30:00.000Z' });
    const back = await fixture.call('PUT', PATH, { json: { ...json, active: true } });
    for (const name of ['inactiveSince', 'archivedAt', 'callbacksUntil']) expect(back.json).not.toHaveProperty(name);
  });
});

describe('a callback URL of a gateway that does not sign', () => {
  it('ends in a token that is shown once and can be renewed', async () => {
    const fixture = createAdminFixture();
    await fixture.call('PUT', '/merchants/acme', { json: {} });
    const json = { merchantId: 'acme', gateway: 'secuconnect', settings: { clientId: 'c', environment: 'testing' } };
    const made = await fixture.call('PUT', '/connectors/secu', { json });
    const { callbackUrl } = made.json as { callbackUrl: string };
    expect(callbackUrl).toMatch(/^https:\/\/postrider\.example\/callbacks\/secu\/random-32-\d+$/);
    const shown = await fixture.call('GET', '/connectors/secu');
    expect(shown.json).toMatchObject({ callbackUrl: 'https://postrider.example/callbacks/secu/{token}' });
    const renewed = await fixture.call('POST', '/connectors/secu/callback-token', { json: {} });
    expect((renewed.json as { callbackUrl: string }).callbackUrl).not.toBe(callbackUrl);
    const row = await fixture.stores.registry.connector('secu');
    expect(row?.previousCallbackTokens).toMatchObject([{ validUntil: '2027-07-09T09:30:00.000Z' }]);
    await fixture.call('POST', '/connectors/secu/callback-token', { json: { revokePrevious: true } });
    expect(await fixture.stores.registry.connector('secu')).not.toHaveProperty('previousCallbackTokens');
    const signed = await (await withConnector()).call('POST', `${PATH}/callback-token`, { json: {} });
    expect(signed.status).toBe(422);
  });
});

describe('members', () => {
  it('must be others of the same merchant and gateway, at most 20, each once', async () => {
    const fixture = createAdminFixture({ gateways: {} });
    const { call } = fixture;
    for (const id of ['acme', 'other']) await call('PUT', `/merchants/${id}`, { json: {} });
    const put = (id: string, more: object = {}) =>
      call('PUT', `/connectors/${id}`, {
        json: {
          ...{ merchantId: 'acme', gateway: 'ixopay', name: 'Name', testMode: true, active: true },
          ...{ settings: { apiKey: 'k' }, ...more },
        },
      });
    await put('visa');
    await put('theirs', { merchantId: 'other' });
    await put('pp', { gateway: 'paypal', settings: {} });
    const members = (...ids: string[]) => ({ settings: { apiKey: 'k', members: ids } });
    const refused = await put('all', members('visa', 'theirs', 'pp', 'nobody', 'all', 'visa'));
    expect(refused).toMatchObject({
      status: 422,
      json: { errors: [1, 2, 3, 4, 5].map((i) => ({ field: `/settings/members/${i}` })) },
    });
    const many = await put('all', members(...Array.from({ length: 21 }, (_, i) => `c${i}`)));
    expect(many.json).toMatchObject({ errors: [{ field: '/settings/members' }] });
    // Its members' secrets prove its callbacks: it needs none of its own.
    expect((await put('all', members('visa'))).json).toMatchObject({
      missing: ['/gateway (no adapter in this release)'],
    });
  });
});
