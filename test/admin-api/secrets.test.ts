import { describe, expect, it } from 'vitest';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';
import { FINISHED, storeTransaction } from './ledger-rows.ts';

const PLANTED = 'planted-9f2c-never-seen';
const connector = { merchantId: 'acme', gateway: 'ixopay', settings: { apiKey: 'key' } };

/** All that the API ever says of a registry that holds the planted secret, asked in every way. */
async function everything(fixture: AdminFixture): Promise<void> {
  const { call } = fixture;
  await call('PUT', '/merchants/acme', { json: {} });
  const secrets = { sharedSecret: PLANTED, password: `${PLANTED}-2` };
  await call('PUT', '/connectors/c', { json: { ...connector, secrets } });
  await call('PUT', '/connectors/c', { json: { ...connector, secrets, name: 'again' } });
  for (const bad of [
    { ...connector, secrets: { ...secrets, sharedSecert: PLANTED } },
    { ...connector, secrets: { sharedSecret: [PLANTED] } },
    { ...connector, secrets: { sharedSecret: { value: PLANTED } } },
    { ...connector, secrets: PLANTED },
    { ...connector, secrets: [PLANTED] },
    { ...connector, secrets, sharedSecret: PLANTED },
    { ...connector, settings: { ...connector.settings, sharedSecret: PLANTED } },
    { ...connector, secrets: { password: PLANTED } },
    { ...connector, gateway: 'other', secrets },
    { ...connector, merchantId: 'nobody', secrets },
    PLANTED,
    [PLANTED],
  ]) {
    const refused = await call('PUT', '/connectors/c', { json: bad });
    expect(refused.status, refused.text).toBeGreaterThanOrEqual(400);
    expect(refused.text).toContain('"errors":[{');
  }
  for (const body of [`{"secrets":{"sharedSecret":"${PLANTED}`, `${PLANTED}`, `{"sharedSecret":${PLANTED}}`]) {
    const headers = { 'content-type': 'application/json' };
    expect(await call('PUT', '/connectors/c', { body, headers })).toMatchObject({ json: { code: 'invalid_json' } });
  }
  await call('GET', '/connectors', { token: PLANTED });
  await storeTransaction(fixture.stores, { id: 'tx', connectorId: 'c', steps: [FINISHED] });
  for (const path of [
    '/connectors',
    '/connectors?archived=true',
    '/connectors/c',
    '/audit',
    '/callbacks',
    '/merchants/acme',
  ]) {
    expect((await call('GET', path)).status).toBe(200);
  }
  for (const path of ['/status', '/openapi.json', '/transactions', '/connectors/c/refused']) await call('GET', path);
  await call('DELETE', '/connectors/c', { headers: { 'if-match': '"77"' } });
  await call('DELETE', '/connectors/c');
  await call('GET', '/audit');
}

// The plain gateway hands on values of secrets, which the API must drop; the real one is what runs.
describe.each([
  ['a careless gateway', {}],
  ['IXOPAY', { gateways: GATEWAYS }],
])('secrets that were planted in a connector of %s', (_name, overrides) => {
  it('never come back: not in an answer, a list, an error, a header or the audit', async () => {
    const fixture = createAdminFixture(overrides);
    await everything(fixture);
    expect(fixture.answers.length).toBeGreaterThan(25);
    for (const { text, headers } of fixture.answers) {
      expect(text).not.toContain(PLANTED);
      expect(JSON.stringify(headers)).not.toContain(PLANTED);
      expect(text).not.toMatch(/sealed-\d/);
    }
  });

  it('are stored sealed only', async () => {
    const fixture = createAdminFixture(overrides);
    await everything(fixture);
    const row = await fixture.stores.registry.connector('c');
    expect(JSON.stringify(row)).not.toContain(PLANTED);
    expect(row?.secretNames).toEqual(['password', 'sharedSecret']);
    expect(JSON.stringify(await fixture.stores.registry.audit({ limit: 500 }))).not.toContain(PLANTED);
  });
});
