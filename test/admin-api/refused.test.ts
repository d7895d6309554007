import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { readSample } from '#shared/gateways/sample.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';

const FOLDER = fileURLToPath(new URL('../../events/ixopay/02-debit-finished', import.meta.url));
const { callback, sample } = readSample(FOLDER);
const { id, apiKey, sharedSecret } = sample.connector;
const WRONG = 'another-secret-of-full-length-0';
const refusedPath = `/connectors/${id}/refused`;

let fixture: AdminFixture;
const WHOLE = { merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: false, active: true };
const put = (secret: string, json: object = {}) =>
  fixture.call('PUT', `/connectors/${id}`, {
    json: { ...WHOLE, settings: { apiKey }, secrets: { sharedSecret: secret }, ...json },
  });

async function post(path = callback.path): Promise<number> {
  const { registry, inbox, refused, secrets } = fixture.stores;
  const { clock } = fixture.deps;
  const trouble = (error: unknown) => {
    throw error;
  };
  const deps = { inbox, refused, clock, trouble, basePath: '', fronts: loadedFronts({ ixopay: ixopay.front }) };
  const connectors = createConnectorLookup(registry, clock);
  const receiver = { ...deps, connectors, secrets: createSecretReader(secrets) };
  return (await receive(receiver, { ...callback, path })).status;
}

interface Listed {
  readonly items: readonly { readonly n: number }[];
}

async function newest(): Promise<number> {
  const { items } = (await fixture.call('GET', refusedPath)).json as Listed;
  return items[0]?.n ?? -1;
}

beforeEach(async () => {
  fixture = createAdminFixture({ gateways: { ixopay } });
  await fixture.call('PUT', '/merchants/acme', { json: { name: 'Acme' } });
  expect((await put(WRONG)).status).toBe(201);
});

describe('a refused callback', () => {
  it('is listed with what was tried, explained, and after the fix taken in, once', async () => {
    expect(await post()).toBe(401);
    const n = await newest();
    expect((await fixture.call('GET', refusedPath)).json).toMatchObject({
      items: [{ n, code: 'signature_mismatch', kept: { whole: true }, clockDifferenceMs: 0, tried: [{}, {}] }],
    });
    expect((await fixture.call('GET', `${refusedPath}/${n}/explain`)).json).toMatchObject({
      n,
      connectorId: id,
      verifiesNow: false,
      causes: [{ code: 'wrong_secret', certain: false }],
    });
    expect((await fixture.call('POST', `${refusedPath}/${n}/accept`)).json).toMatchObject({
      stored: 0,
      items: [{ n, outcome: 'refused', code: 'signature_mismatch' }],
    });
    fixture.advance(3_600_000);
    await put(sharedSecret);
    expect((await fixture.call('GET', `${refusedPath}/${n}/explain`)).json).toMatchObject({
      verifiesNow: true,
      causes: [{ code: 'now_verifies' }],
    });
    expect((await fixture.call('POST', `${refusedPath}/${n}/accept`)).json).toMatchObject({
      stored: 1,
      items: [{ n, outcome: 'stored' }],
    });
    expect((await fixture.call('GET', '/callbacks')).json).toMatchObject({
      items: [{ connectorId: id, receivedAt: '2026-01-15T09:30:00.000Z' }],
    });
    expect((await fixture.call('POST', `${refusedPath}/${n}/accept`)).json).toMatchObject({
      stored: 0,
      items: [{ outcome: 'duplicate' }],
    });
  });

  it('all of a connector are taken in with one call', async () => {
    for (const path of [callback.path, '/callbacks/acme-cc-1']) await post(path);
    await put(sharedSecret);
    expect((await fixture.call('POST', `${refusedPath}/accept`)).json).toMatchObject({
      stored: 1,
      items: [{ outcome: 'stored' }, { outcome: 'duplicate' }],
    });
  });

  it('says which setting to change, and with which value', async () => {
    await put(sharedSecret, { settings: { apiKey, publicPath: '/elsewhere' } });
    fixture = await withSwitchOff(fixture);
    expect(await post()).toBe(401);
    expect((await fixture.call('GET', `${refusedPath}/${await newest()}/explain`)).json).toMatchObject({
      causes: [
        {
          code: 'received_path_off',
          certain: true,
          changes: [{ pointer: '/settings/acceptReceivedPath', value: true }],
        },
      ],
    });
  });

  it('is audited before anybody looks', async () => {
    await post();
    const n = await newest();
    await fixture.call('GET', `${refusedPath}/${n}/explain`);
    await fixture.call('POST', `${refusedPath}/${n}/accept`);
    await fixture.call('POST', `${refusedPath}/accept`);
    const { items } = (await fixture.call('GET', '/audit')).json as { items: { what: string; resource: string }[] };
    expect(items.slice(0, 3)).toMatchObject([
      { what: 'refused.accept', resource: refusedPath },
      { what: 'refused.accept', resource: `${refusedPath}/${n}` },
      { what: 'refused.explain', resource: `${refusedPath}/${n}` },
    ]);
  });

  it('is not found under another number or connector, and a number is a number', async () => {
    await post();
    const n = await newest();
    for (const [method, target, status] of [
      ['GET', `${refusedPath}/${n + 1}/explain`, 404],
      ['POST', `${refusedPath}/${n + 1}/accept`, 404],
      ['GET', `/connectors/none/refused/${n}/explain`, 404],
      ['POST', `/connectors/none/refused/${n}/accept`, 404],
      ['POST', '/connectors/none/refused/accept', 404],
      ['GET', `${refusedPath}/-1/explain`, 400],
      ['POST', `${refusedPath}/1e3/accept`, 400],
    ] as const) {
      expect((await fixture.call(method, target)).status, target).toBe(status);
    }
  });

  it('shows neither body, signature nor secret, whatever is asked', async () => {
    await post();
    const n = await newest();
    await fixture.call('GET', `${refusedPath}/${n}/explain`);
    await fixture.call('POST', `${refusedPath}/accept`);
    await put(sharedSecret);
    await fixture.call('GET', `${refusedPath}/${n}/explain`);
    await fixture.call('POST', `${refusedPath}/accept`);
    const shown = fixture.answers.map(({ text }) => text).join('\n');
    const signature = callback.headers['x-signature'] ?? 'none';
    for (const secret of [WRONG, sharedSecret, signature, signature.slice(0, 20), 'Mira', 'f0f1f2f3']) {
      expect(shown).not.toContain(secret);
    }
    expect(readFileSync(`${FOLDER}/request.http`, 'utf8')).toContain(signature);
  });
});

async function withSwitchOff(own: AdminFixture): Promise<AdminFixture> {
  const settings = { apiKey, publicPath: '/elsewhere', acceptReceivedPath: false };
  const json = { ...WHOLE, settings };
  expect((await own.call('PUT', `/connectors/${id}`, { json })).status).toBe(200);
  return own;
}
