import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { HELD_DAYS } from '#shared/registry/held-rotation.ts';
import { provisionConnector } from '#shared/registry/provision-connector.ts';
import { rotateAndProvision } from '#shared/registry/rotate-and-provision.ts';
import { DOCUMENT, SECRETS, testClient } from './ixopay-connector.ts';
import { CONNECTOR, createHouse, NOW, type ProvisioningHouse } from './provisioning-house.ts';

const DAY_MS = 86_400_000;
const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
const context = { now: NOW, who: 'operator' };
const told = { acknowledgeRequestSigning: true, gatewaySecrets: {} };

const open: GatewayServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** A gateway that signs callbacks with the shared secret it was last given, as the real one does. */
async function startGateway(answer: (count: number) => { readonly status: number; readonly takes: boolean }) {
  const state = { signsWith: SECRETS.sharedSecret, house: undefined as ProvisioningHouse | undefined };
  const acceptedAtChange: boolean[] = [];
  const server = await startGatewayServer(async (request, response, count) => {
    const { status, takes } = answer(count);
    const { sharedSecret } = JSON.parse(request.body) as { sharedSecret: string };
    for (const secret of [state.signsWith, sharedSecret]) {
      acceptedAtChange.push((await state.house?.accepts(secret, NOW)) ?? false);
    }
    if (takes) state.signsWith = sharedSecret;
    const connector = { ...DOCUMENT, sharedSecret };
    if (status === 0) response.destroy();
    else
      response
        .writeHead(status)
        .end(JSON.stringify(status === 200 ? { connector } : { success: true, errorCode: 1002 }));
  });
  open.push(server);
  return { server, state, acceptedAtChange };
}

async function setUp(answer: Parameters<typeof startGateway>[0]) {
  const gateway = await startGateway(answer);
  const house = await createHouse(`127.0.0.1:${gateway.server.port}`, testClient());
  gateway.state.house = house;
  return { ...gateway, house };
}

const audits = async ({ stores }: ProvisioningHouse) =>
  (await stores.registry.audit({ limit: 100 })).items.map(({ what }) => what).reverse();

describe('a rotation that is done at the gateway too', () => {
  it('accepts both here, changes it there, and lets the old one end after the retries', async () => {
    const { house, server, state, acceptedAtChange } = await setUp(() => ({ status: 200, takes: true }));
    const result = await rotateAndProvision(house.deps, { connectorId: CONNECTOR }, told, context);
    if (!result.ok) throw new Error(result.detail);
    const made = result.generated?.['sharedSecret'] ?? '';
    expect(made).toMatch(/^[A-Za-z0-9]{50}$/);
    expect(state.signsWith).toBe(made);
    expect(server.seen).toHaveLength(1);
    // The moment of the change there: whichever secret it signs with, it is believed here.
    expect(acceptedAtChange).toEqual([true, true]);
    expect(house.log).toEqual([`changed ${CONNECTOR}`, 'paused 5000', `changed ${CONNECTOR}`]);
    expect(await house.accepts(SECRETS.sharedSecret, later(7.9))).toBe(true);
    expect(await house.accepts(SECRETS.sharedSecret, later(8))).toBe(false);
    expect(await house.accepts(made, later(1_000))).toBe(true);
    expect(result.provision).toMatchObject({ ok: true, outcome: 'provisioned' });
    expect(result.nextSteps.join('\n')).toMatch(
      /Merchant acme: every program that sends signed requests .*"sim-connector-a"/,
    );
    expect(result.nextSteps.join('\n')).toContain(later(8).toISOString());
    expect(await audits(house)).toEqual([
      ...[
        'put',
        'connector.rotation.start',
        'connector.provision',
        'connector.provision.end',
        'connector.rotation.end',
      ],
    ]);
  });

  it('shows the secret it made in one place, and the others nowhere', async () => {
    const { house } = await setUp(() => ({ status: 200, takes: true }));
    const result = await rotateAndProvision(house.deps, { connectorId: CONNECTOR }, told, context);
    const made = (result.ok && result.generated?.['sharedSecret']) || 'none';
    const { generated: _shown, connector: _sealed, ...rest } = { generated: {}, connector: {}, ...result };
    const records = JSON.stringify([rest, await house.stores.registry.audit({ limit: 100 }), house.log]);
    for (const secret of [made, ...Object.values(SECRETS)]) expect(records).not.toContain(secret);
  });

  it('sends the new secret, also beside another live one of a later date', async () => {
    const { house, state } = await setUp(() => ({ status: 200, takes: true }));
    const { registry, secrets } = house.stores;
    const before = await registry.connector(CONNECTOR);
    if (before === undefined) throw new Error('no connector');
    const sealed = await secrets.seal(CONNECTOR, { sharedSecret: 'another' });
    const other = { keyId: 'k-other', sealed, createdAt: later(1).toISOString(), role: 'current' as const };
    const audit = { at: '', who: '', what: 'put', resource: '', changes: [] };
    await registry.putConnector({ ...before, secrets: [...before.secrets, other], version: 2 }, 1, audit);
    const result = await rotateAndProvision(house.deps, { connectorId: CONNECTOR, keyId: 'k-old' }, told, context);
    expect(result).toMatchObject({ ok: true, generated: { sharedSecret: state.signsWith } });
    expect(await house.accepts('another', later(100))).toBe(true);
    expect(await house.accepts(SECRETS.sharedSecret, later(8))).toBe(false);
  });

  it('takes a secret and an overlap of the operator’s', async () => {
    const { house, state } = await setUp(() => ({ status: 200, takes: true }));
    const start = { connectorId: CONNECTOR, secrets: { sharedSecret: 'chosen-by-hand' }, overlapDays: 30 };
    const result = await rotateAndProvision(house.deps, start, told, context);
    expect(result).toMatchObject({ ok: true });
    expect(result).not.toHaveProperty('generated');
    expect(state.signsWith).toBe('chosen-by-hand');
    expect(await house.accepts(SECRETS.sharedSecret, later(29))).toBe(true);
    expect(await house.accepts(SECRETS.sharedSecret, later(30))).toBe(false);
  });
});

describe('what is wrong is found before the first step', () => {
  it.each([
    ['it is not acknowledged', { acknowledgeRequestSigning: false }, {}, '/acknowledgeRequestSigning'],
    ['a secret is none of the gateway’s', { gatewaySecrets: { '/x': 'y' } }, {}, '/gatewaySecrets/~1x'],
    ['the given secret is too long', {}, { secrets: { sharedSecret: 'x'.repeat(51) } }, '/secrets/sharedSecret'],
    ['the given secret is the present one', {}, { secrets: { sharedSecret: SECRETS.sharedSecret } }, '/secrets'],
  ])('%s', async (_name, more, start, field) => {
    const { house, server } = await setUp(() => ({ status: 200, takes: true }));
    const result = await rotateAndProvision(
      house.deps,
      { connectorId: CONNECTOR, ...start },
      { ...told, ...more },
      context,
    );
    expect(result).toMatchObject({ ok: false, problems: [{ field }] });
    expect(server.seen).toEqual([]);
    expect((await house.stores.registry.connector(CONNECTOR))?.version).toBe(1);
  });

  it('the connector was never imported', async () => {
    const { house, server } = await setUp(() => ({ status: 200, takes: true }));
    const before = await house.stores.registry.connector(CONNECTOR);
    const { shape: _none, ...bare } = before ?? { shape: undefined };
    const audit = { at: '', who: '', what: 'put', resource: '', changes: [] };
    await house.stores.registry.putConnector({ ...(bare as NonNullable<typeof before>), version: 2 }, 1, audit);
    const result = await rotateAndProvision(house.deps, { connectorId: CONNECTOR }, told, context);
    expect(result).toMatchObject({ ok: false, code: 'invalid', problems: [{ field: '/shape' }] });
    expect(server.seen).toEqual([]);
    expect((await house.stores.registry.connector(CONNECTOR))?.secrets).toHaveLength(1);
  });
});

describe('a failure half-way', () => {
  it.each([
    ['the gateway refuses', { status: 422, takes: false }, 'gateway_value_not_allowed', 'no'],
    ['the gateway has an error and did it', { status: 500, takes: true }, 'gateway_value_not_allowed', 'unknown'],
    ['the connection breaks and it was not done', { status: 0, takes: false }, 'connection_lost', 'unknown'],
    ['the connection breaks and it was done', { status: 0, takes: true }, 'connection_lost', 'unknown'],
  ])('where %s leaves both accepted, and says what to do', async (_name, answer, reason, changed) => {
    const { house, state } = await setUp(() => answer);
    const result = await rotateAndProvision(house.deps, { connectorId: CONNECTOR }, told, context);
    if (!result.ok) throw new Error(result.detail);
    expect(result.provision).toMatchObject({ ok: false, code: 'provision_failed', reason, changed });
    const made = result.generated?.['sharedSecret'] ?? '';
    expect([SECRETS.sharedSecret, made]).toContain(state.signsWith);
    // Long after the gateway's own retries: nobody has changed it there yet.
    for (const secret of [SECRETS.sharedSecret, made]) {
      expect(await house.accepts(secret, later(HELD_DAYS - 1))).toBe(true);
    }
    expect(result.nextSteps.join('\n')).toContain(`POST /connectors/${CONNECTOR}/provision`);
    expect(result.nextSteps.join('\n')).toContain(changed === 'no' ? 'still signs with the old' : 'It is not known');
    expect(result.nextSteps.join('\n')).not.toContain(made);
  });

  it('is mended by provisioning again, and the old secret then ends as it would have', async () => {
    const { house, server, state } = await setUp((count) => ({ status: count === 1 ? 422 : 200, takes: count > 1 }));
    const result = await rotateAndProvision(house.deps, { connectorId: CONNECTOR }, told, context);
    const made = (result.ok && result.generated?.['sharedSecret']) || 'none';
    const shown = await provisionConnector(
      house.deps,
      { ...told, connectorId: CONNECTOR, dryRun: true },
      { ...context, now: later(2) },
    );
    expect(shown).toMatchObject({ ok: true, outcome: 'shown' });
    expect(await house.accepts(SECRETS.sharedSecret, later(11))).toBe(true);
    const request = { ...told, connectorId: CONNECTOR, dryRun: false };
    expect(await provisionConnector(house.deps, request, { ...context, now: later(3) })).toMatchObject({ ok: true });
    expect(server.seen).toHaveLength(2);
    expect(state.signsWith).toBe(made);
    expect(await house.accepts(SECRETS.sharedSecret, later(10.9))).toBe(true);
    expect(await house.accepts(SECRETS.sharedSecret, later(11))).toBe(false);
    expect(await house.accepts(made, later(11))).toBe(true);
  });

  it.each([
    ['before the call', 'connector.provision', 0],
    ['after the call', 'connector.provision.end', 1],
    ['at the very end', 'connector.rotation.end', 1],
  ])('where our storage fails %s still shows the secret that was made', async (_name, what, calls) => {
    const { server, state } = await startGateway(() => ({ status: 200, takes: true }));
    const house = await createHouse(`127.0.0.1:${server.port}`, testClient());
    const { appendAudit, putConnector } = house.stores.registry;
    const fail = <T>(found: string, act: () => Promise<T>) =>
      found === what ? Promise.reject(new Error('disk')) : act();
    const registry = {
      ...house.stores.registry,
      appendAudit: (entry: Parameters<typeof appendAudit>[0]) => fail(entry.what, () => appendAudit(entry)),
      putConnector: (...about: Parameters<typeof putConnector>) => fail(about[2].what, () => putConnector(...about)),
    };
    const result = await rotateAndProvision({ ...house.deps, registry }, { connectorId: CONNECTOR }, told, context);
    const made = (result.ok && result.generated?.['sharedSecret']) || 'none';
    expect(made).toMatch(/^[A-Za-z0-9]{50}$/);
    expect(house.log).toContain('trouble');
    expect(server.seen).toHaveLength(calls);
    expect(state.signsWith).toBe(calls === 0 ? SECRETS.sharedSecret : made);
    for (const secret of [SECRETS.sharedSecret, made]) expect(await house.accepts(secret, later(100))).toBe(true);
  });
});
