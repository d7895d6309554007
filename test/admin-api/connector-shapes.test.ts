import { afterEach, describe, expect, it } from 'vitest';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import {
  IXOPAY_A,
  IXOPAY_C,
  PAYLOCK_CUSTOMER,
  PAYLOCK_ID,
  PAYLOCK_JSON,
  PAYLOCK_JSV,
  PROCESSOR,
  SECRETS,
} from '#shared/registry/shapes/documents.testing.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';
import { createPlainGateway } from './plain-gateway.ts';

const owners = [IXOPAY_A['merchantGuid'], PAYLOCK_CUSTOMER, PROCESSOR['companyProjectId'], 'acme'].map(String);
const fixtures: AdminFixture[] = [];

async function fixtureWithOwners(): Promise<AdminFixture> {
  const gateways = Object.fromEntries(
    Object.entries(GATEWAY_SETTINGS).map(([name, { checkSettings }]) => [
      name,
      { ...createPlainGateway(), checkSettings },
    ]),
  );
  const fixture = createAdminFixture({ gateways });
  fixtures.push(fixture);
  for (const owner of owners) await fixture.call('PUT', `/merchants/${owner}`, { json: { name: owner } });
  return fixture;
}

/** By the index of the secret: a failure must not print it. */
const leaked = (text: string) => SECRETS.flatMap((secret, index) => (text.includes(secret) ? [index] : []));

afterEach(async () => {
  for (const { answers, stores } of fixtures.splice(0)) {
    expect(leaked(answers.map(({ text }) => text).join('\n'))).toEqual([]);
    const rows = await stores.registry.connectors({ limit: 100 });
    const configured = rows.items.map(({ secrets: _sealed, ...row }) => row);
    expect(leaked(JSON.stringify(configured))).toEqual([]);
    expect(leaked(JSON.stringify(await stores.registry.audit({ limit: 100 })))).toEqual([]);
  }
});

const fieldsOf = (answer: { readonly json: unknown }) =>
  (answer.json as { errors: readonly { field: string }[] }).errors.map(({ field }) => field);

describe('PUT and GET /connectors/{id}?shape=…', () => {
  it.each([
    ['ixopay', IXOPAY_A, 'guid', 'ixopay', ['sharedSecret']],
    ['ixopay', IXOPAY_C, 'guid', 'ixopay', ['sharedSecret']],
    ['paylock', PAYLOCK_JSON, 'id', 'paylock', []],
    ['payment-processor', PROCESSOR, 'id', 'cybersource', ['restKey']],
  ])('%s: taken in, changed once, given back', async (shape, document, idName, gateway, secretNames) => {
    const { call, stores } = await fixtureWithOwners();
    const id = String(document[idName]);
    const created = await call('PUT', `/connectors/${id}?shape=${shape}`, { json: document });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({ connectorId: id, gateway, secretNames, version: 1 });
    const row = await stores.registry.connector(id);
    expect(row?.shape?.kind).toBe(shape);
    expect(row?.checks).toBeDefined();
    const given = await call('GET', `/connectors/${id}?shape=${shape}`);
    expect(given).toMatchObject({ status: 200, json: row?.shape?.document });
    const again = await call('PUT', `/connectors/${id}?shape=${shape}`, { json: given.json });
    expect(again).toMatchObject({ status: 200, json: { version: 1, secretNames } });
  });

  it('Paylock’s JSV in and out', async () => {
    const { call } = await fixtureWithOwners();
    const target = `/connectors/${PAYLOCK_ID}?shape=paylock`;
    const headers = { 'content-type': 'text/jsv' };
    expect((await call('PUT', target, { body: PAYLOCK_JSV, headers })).status).toBe(201);
    const jsv = await call('GET', target, { headers: { accept: 'text/jsv' } });
    expect(jsv.headers['content-type']).toBe('text/jsv; charset=utf-8');
    expect(jsv.text).toContain(
      `customerId:${PAYLOCK_CUSTOMER},id:${PAYLOCK_ID},merchantId:M-77,displayName:"Front desk, `,
    );
    expect(jsv.text).toContain('allowToken:True,maxPaymentAmount:500.00');
    expect((await call('GET', `${target}&format=jsv`)).text).toBe(jsv.text);
    expect(await call('PUT', target, { body: jsv.text, headers })).toMatchObject({ status: 200, json: { version: 1 } });
    const cut = await call('PUT', target, { body: PAYLOCK_JSV.slice(0, -2), headers });
    expect(cut).toMatchObject({ status: 400, json: { code: 'invalid_jsv' } });
  });

  it("the curl's {} gives 400 with every missing field", async () => {
    const { call } = await fixtureWithOwners();
    const answer = await call('PUT', `/connectors/${PROCESSOR['id']}?shape=payment-processor`, { json: {} });
    expect(answer).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    expect(fieldsOf(answer)).toEqual([
      '/id',
      '/name',
      '/gateway',
      '/companyProjectId',
      '/paymentType',
      '/settingsJson',
      '/isActive',
    ]);
  });

  it.each([
    ['a gateway by another number', { gateway: 2 }, 422, '/gateway'],
    ['a name too long', { name: 'x'.repeat(51) }, 400, '/name'],
    ['malformed settingsJson', { settingsJson: '{' }, 400, '/settingsJson'],
    ['another id than the path', { id: PAYLOCK_ID }, 422, '/id'],
    ['a project that is no merchant', { companyProjectId: PAYLOCK_ID }, 422, '/companyProjectId'],
  ])('payment processor: %s', async (_name, broken, status, field) => {
    const { call } = await fixtureWithOwners();
    const target = `/connectors/${PROCESSOR['id']}?shape=payment-processor`;
    const answer = await call('PUT', target, { json: { ...PROCESSOR, ...broken } });
    expect(answer.status).toBe(status);
    expect(fieldsOf(answer)).toEqual([field]);
    expect(answer.text).toContain(field);
  });

  it('the gateway and the owner never change', async () => {
    const { call } = await fixtureWithOwners();
    const target = `/connectors/${PROCESSOR['id']}?shape=payment-processor`;
    await call('PUT', target, { json: PROCESSOR });
    const gateway = await call('PUT', target, { json: { ...PROCESSOR, gateway: 'PayPal', settingsJson: '{}' } });
    expect(gateway.status).toBe(400);
    expect(fieldsOf(gateway)).toEqual(['/gateway']);
    const owner = await call('PUT', target, { json: { ...PROCESSOR, companyProjectId: PROCESSOR['id'] ?? '' } });
    expect(owner.status).toBe(422);
    expect(fieldsOf(owner)).toEqual(['/companyProjectId']);
    const merchant = await call('PUT', `${target}&merchantId=acme`, { json: PROCESSOR });
    expect(merchant.status).toBe(409);
    expect(fieldsOf(merchant)).toEqual(['/companyProjectId']);
  });

  it('a document without ids belongs to the path and to the merchant that is named', async () => {
    const { call } = await fixtureWithOwners();
    const { guid: _guid, merchantGuid: _owner, ...request } = IXOPAY_A;
    const nobody = await call('PUT', '/connectors/acme-1?shape=ixopay', { json: request });
    expect(nobody.status).toBe(422);
    expect(fieldsOf(nobody)).toEqual(['/merchantGuid']);
    const target = '/connectors/acme-1?shape=ixopay&merchantId=acme';
    expect((await call('PUT', target, { json: request })).status).toBe(201);
    const again = await call('PUT', '/connectors/acme-1?shape=ixopay', { json: { ...request, name: 'Renamed' } });
    expect(again).toMatchObject({ status: 200, json: { merchantId: 'acme', name: 'Renamed', version: 2 } });
    const foreign = await call('PUT', target, { json: IXOPAY_A });
    expect(foreign.status).toBe(422);
    expect(fieldsOf(foreign)).toEqual(['/guid']);
  });

  it('what the document does not speak of stays, and what is changed here is given back', async () => {
    const { call } = await fixtureWithOwners();
    const id = String(IXOPAY_C['guid']);
    const target = `/connectors/${id}?shape=ixopay`;
    await call('PUT', target, { json: IXOPAY_C });
    const settings = { apiKey: 'other-key', acceptMd5: false, connectorGuid: id };
    const change = {
      merchantId: owners[0],
      gateway: 'ixopay',
      name: 'Renamed',
      settings,
      testMode: true,
      active: false,
    };
    expect((await call('PUT', `/connectors/${id}`, { json: change })).status).toBe(200);
    const given = await call('GET', target);
    expect(given.json).toMatchObject({
      name: 'Renamed',
      APIKey: 'other-key',
      disabled: true,
      config: { testMode: true },
    });
    const kept = await call('PUT', target, { json: given.json });
    expect(kept).toMatchObject({ json: { settings: { acceptMd5: false, apiKey: 'other-key' }, active: false } });
    const { sharedSecret: _secret, ...plain } = IXOPAY_C;
    const back = await call('PUT', target, { json: plain });
    expect(back).toMatchObject({ json: { active: true, testMode: false, secretNames: ['sharedSecret'] } });
  });

  it('secrets that the document cannot repeat are not lost by it', async () => {
    const { call } = await fixtureWithOwners();
    const { guid: _guid, ...request } = IXOPAY_A;
    const settings = { apiKey: 'sim-connector-a' };
    const secrets = { sharedSecret: 'a', password: 'b' };
    await call('PUT', '/connectors/c1', { json: { merchantId: 'acme', gateway: 'ixopay', settings, secrets } });
    const refused = await call('PUT', '/connectors/c1?shape=ixopay', { json: { ...request, merchantGuid: null } });
    expect(refused.status).toBe(422);
    expect(fieldsOf(refused)).toEqual(['/sharedSecret']);
    const { sharedSecret: _secret, ...without } = request;
    expect((await call('PUT', '/connectors/c1?shape=ixopay', { json: without })).json).toMatchObject({
      secretNames: ['password', 'sharedSecret'],
    });
  });

  it('takes If-Match, and gives the version', async () => {
    const { call } = await fixtureWithOwners();
    const target = `/connectors/${PAYLOCK_ID}?shape=paylock`;
    const first = { json: PAYLOCK_JSON, headers: { 'if-match': '*' } };
    expect((await call('PUT', target, first)).status).toBe(412);
    await call('PUT', target, { json: PAYLOCK_JSON });
    expect((await call('GET', target)).headers['etag']).toBe('"1"');
    const stale = { json: { ...PAYLOCK_JSON, displayName: 'b' }, headers: { 'if-match': '"7"' } };
    expect((await call('PUT', target, stale)).status).toBe(412);
  });

  it('an import that was made of a row that others have changed meanwhile is refused', async () => {
    const { call, stores } = await fixtureWithOwners();
    const target = `/connectors/${PAYLOCK_ID}?shape=paylock`;
    await call('PUT', target, { json: PAYLOCK_JSON });
    const { connector } = stores.registry;
    let isFirst = true;
    Object.assign(stores.registry, {
      connector: async (id: string) => {
        const row = await connector.call(stores.registry, id);
        if (!isFirst) return row;
        isFirst = false;
        const settings = { prefix: 'sha256=' };
        const json = {
          ...{ merchantId: PAYLOCK_CUSTOMER, gateway: 'paylock', name: 'a', testMode: true },
          active: true,
          settings,
        };
        expect((await call('PUT', `/connectors/${PAYLOCK_ID}`, { json })).status).toBe(200);
        return row;
      },
    });
    expect((await call('PUT', target, { json: PAYLOCK_JSON })).status).toBe(412);
    expect((await call('PUT', target, { json: PAYLOCK_JSON })).json).toMatchObject({ settings: { prefix: 'sha256=' } });
  });

  it('gives back only what was imported so', async () => {
    const { call } = await fixtureWithOwners();
    expect((await call('GET', '/connectors/nobody?shape=ixopay')).status).toBe(404);
    await call('PUT', `/connectors/${PAYLOCK_ID}?shape=paylock`, { json: PAYLOCK_JSON });
    expect((await call('GET', `/connectors/${PAYLOCK_ID}?shape=ixopay`)).status).toBe(404);
    expect((await call('GET', `/connectors/${PAYLOCK_ID}?shape=stripe`)).status).toBe(400);
    expect((await call('PUT', `/connectors/${PAYLOCK_ID}?shape=`, { json: PAYLOCK_JSON })).status).toBe(400);
    expect((await call('GET', `/connectors/${PAYLOCK_ID}?format=jsv`)).status).toBe(400);
  });

  it('merchants have no part in it', async () => {
    const { call } = await fixtureWithOwners();
    await call('PUT', `/connectors/${PAYLOCK_ID}?shape=paylock&merchantId=acme`, { json: PAYLOCK_JSON });
    const made = await call('POST', '/merchants/acme/tokens', { json: {} });
    const { token } = made.json as { token: string };
    expect((await call('GET', `/connectors/${PAYLOCK_ID}`, { token })).status).toBe(200);
    expect((await call('GET', `/connectors/${PAYLOCK_ID}?shape=paylock`, { token })).status).toBe(404);
    expect((await call('PUT', `/connectors/${PAYLOCK_ID}?shape=paylock`, { token, json: PAYLOCK_JSON })).status).toBe(
      404,
    );
  });
});
