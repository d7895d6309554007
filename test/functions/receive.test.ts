import { describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { RegistryStore, SealedSecret } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createHandler, type ReceiveHandlerDeps } from '../../functions/receive/create-handler.ts';
import { chance, type House, openHouse } from '../simulation/house.ts';
import { callbackEvent } from './lambda.ts';

const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
const BODY = JSON.stringify({ result: 'OK', uuid: 'tx-é', transactionType: 'DEBIT', amount: '10.00', currency: 'EUR' });
const calm = () => openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
const never = new Promise<never>(() => undefined);

function receiver(house: House, overrides: Partial<ReceiveHandlerDeps> = {}) {
  const lines: string[] = [];
  const { clock } = house.apply;
  const registry: Pick<RegistryStore, 'connector'> = house.stores.registry;
  const handler = createHandler({
    environment: 'dev',
    connectors: createConnectorLookup(registry, clock),
    secrets: createSecretReader(house.stores.secrets),
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: house.stores.inbox,
    refused: house.stores.refused,
    clock,
    basePath: '',
    limitMs: 5_000,
    refusedSettled: async () => undefined,
    settleMs: 50,
    writeLine: (line) => lines.push(line),
    ...overrides,
  });
  const line = () => {
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  };
  return { handler, lines, line };
}

interface Emf {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}

/** What CloudWatch makes of a line: `name{dimension=value,…}=value`. */
function metricsOf(line: Record<string, unknown>): readonly string[] {
  return (line['_aws'] as Emf).CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name, Unit }) =>
      Dimensions.map((names) => {
        const values = names.map((name) => `${name}=${String(line[name])}`);
        return `${Namespace} ${Name}{${values.join()}}=${String(line[Name])} ${Unit}`;
      }),
    ),
  );
}

const wrongly = (body: string) => ({
  ...callbackEvent(body, { secret: SECRET }),
  body: Buffer.from('{}').toString('base64'),
});

describe('receive on Lambda', () => {
  it.each([true, false])('takes the signed bytes as they came (base64: %s)', async (base64) => {
    const house = await calm();
    const { handler, line } = receiver(house);
    const answer = await handler(callbackEvent(BODY, { secret: SECRET, base64 }));
    expect(answer).toMatchObject({ statusCode: 200, body: 'OK', isBase64Encoded: false });
    const [row] = (await house.stores.inbox.walk({ from: '', limit: 10 })).items;
    expect(Buffer.from(row?.body ?? '').toString()).toBe(BODY);
    expect(line()).toMatchObject({
      level: 'INFO',
      message: 'callback',
      result: 'stored',
      status: 200,
      environment: 'dev',
      connectorId: 'acme-cc-1',
      gateway: 'ixopay',
      callbackId: row?.callbackId,
      requestId: 'request-1',
      bodyBytes: Buffer.byteLength(BODY),
    });
    expect(metricsOf(line())).toEqual([
      'Postrider CallbacksReceived{environment=dev}=1 Count',
      'Postrider CallbacksReceived{environment=dev,gateway=ixopay}=1 Count',
    ]);
  });

  it('a repeat is acknowledged and counted as one', async () => {
    const house = await calm();
    await receiver(house).handler(callbackEvent(BODY, { secret: SECRET }));
    const { handler, line } = receiver(house);
    expect(await handler(callbackEvent(BODY, { secret: SECRET }))).toMatchObject({ statusCode: 200, body: 'OK' });
    expect(line()).toMatchObject({ result: 'duplicate' });
    expect(metricsOf(line())).toContain('Postrider CallbacksDuplicate{environment=dev}=1 Count');
    expect(metricsOf(line())).toContain('Postrider CallbacksReceived{environment=dev}=1 Count');
  });

  it.each([
    ['a changed body', wrongly(BODY), 401, 'signature_mismatch', 'acme-cc-1'],
    [
      'an unknown connector',
      callbackEvent(BODY, { secret: SECRET, path: '/callbacks/other' }),
      404,
      'unknown_connector',
      undefined,
    ],
    ['over 1 MiB', callbackEvent('x'.repeat(1_048_577), { secret: SECRET }), 413, 'too_large', 'acme-cc-1'],
  ])('refuses %s', async (_what, event, status, reason, connectorId) => {
    const house = await calm();
    const { handler, line } = receiver(house);
    expect((await handler(event)).statusCode).toBe(status);
    expect(line()).toMatchObject({ level: 'WARN', result: 'refused', status, reason });
    expect(line()['connectorId']).toBe(connectorId);
    expect(metricsOf(line())).toEqual([
      'Postrider CallbacksRefused{environment=dev}=1 Count',
      `Postrider CallbacksRefused{environment=dev,reason=${reason}}=1 Count`,
    ]);
  });

  it('counts what is signed with a secret that a newer one replaces', async () => {
    const house = await calm();
    const before = await house.stores.registry.connector('acme-cc-1');
    if (before === undefined) throw new Error('no connector');
    const sealed = await house.stores.secrets.seal('acme-cc-1', { sharedSecret: 'the-new-one' });
    const newer: SealedSecret = { keyId: 'k2', sealed, createdAt: '2026-01-14T00:00:00.000Z' };
    const audit = { at: '', who: '', what: '', resource: '', changes: [] };
    const replaced = before.secrets.map((secret) => ({ ...secret, role: 'previous' as const }));
    const rotated = { ...before, secrets: [newer, ...replaced], version: before.version + 1 };
    await house.stores.registry.putConnector(rotated, before.version, audit);

    const old = receiver(house);
    await old.handler(callbackEvent(BODY, { secret: SECRET }));
    expect(old.line()).toMatchObject({ result: 'stored', oldSecret: true });
    expect(metricsOf(old.line())).toContain('Postrider OldSecretUsed{environment=dev}=1 Count');
    const present = receiver(house);
    await present.handler(callbackEvent(`${BODY} `, { secret: 'the-new-one' }));
    expect(present.line()).toMatchObject({ result: 'stored' });
    expect(present.lines.join()).not.toContain('OldSecretUsed');
  });
});

describe('receive on Lambda without storage', () => {
  it('pitfall 1: answers 503 where nothing could be stored, and says why without saying what', async () => {
    const house = await calm();
    const inbox = { put: () => Promise.reject(Object.assign(new Error(`cannot store ${BODY}`), { name: 'Broken' })) };
    const { handler, line, lines } = receiver(house, { inbox });
    const answer = await handler(callbackEvent(BODY, { secret: SECRET }));
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toBe('OK');
    expect(answer.headers?.['retry-after']).toBe('5');
    expect(line()).toMatchObject({ level: 'ERROR', result: 'unavailable', trouble: { error: 'Broken' } });
    expect(lines.join()).not.toContain('tx-');
    expect(metricsOf(line())).toEqual(['Postrider CallbacksUnavailable{environment=dev}=1 Count']);
  });

  it.each([
    ['the registry', { connectors: { find: () => never, findAgain: () => never, forget: () => undefined } }],
    ['the keys', { secrets: () => never }],
    ['the inbox', { inbox: { put: () => never } }],
  ])('answers 503 when %s hangs', async (_what, hanging) => {
    const { handler, line } = receiver(await calm(), { ...hanging, limitMs: 20 });
    expect((await handler(callbackEvent(BODY, { secret: SECRET }))).statusCode).toBe(503);
    expect(line()).toMatchObject({ result: 'unavailable', trouble: { error: 'TimeLimitError' } });
  });

  it('one limit stands for all calls together', async () => {
    const slow = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 40, value));
    const house = await calm();
    const connectors = createConnectorLookup(house.stores.registry, house.apply.clock);
    const { handler } = receiver(house, {
      connectors: { ...connectors, find: async (id) => slow(await connectors.find(id)) },
      inbox: { put: () => slow('stored' as const) },
      limitMs: 60,
    });
    expect((await handler(callbackEvent(BODY, { secret: SECRET }))).statusCode).toBe(503);
  });

  it('a refused sample that cannot be written holds the answer up for no longer than it may', async () => {
    const { handler } = receiver(await calm(), { refusedSettled: () => never, settleMs: 10 });
    expect((await handler(wrongly(BODY))).statusCode).toBe(401);
    const failing = receiver(await calm(), { refusedSettled: () => Promise.reject(new Error('down')) });
    expect((await failing.handler(wrongly(BODY))).statusCode).toBe(401);
  });

  it('an acknowledged callback waits for no sample', async () => {
    const { handler } = receiver(await calm(), { refusedSettled: () => never, settleMs: 60_000 });
    expect((await handler(callbackEvent(BODY, { secret: SECRET }))).statusCode).toBe(200);
  });
});

describe('what receive logs', () => {
  it('holds no secret, no body and no header, whatever comes', async () => {
    const house = await calm();
    const planted = {
      body: JSON.stringify({
        result: 'OK',
        uuid: 'body-plant-1',
        card: '4111111111111111',
        amount: '1.00',
        currency: 'EUR',
      }),
      basic: `Basic ${Buffer.from('user:basic-plant-2').toString('base64')}`,
      cookie: 'session=cookie-plant-3',
    };
    const all: string[] = [];
    const takes = async (
      event: Parameters<ReturnType<typeof createHandler>>[0],
      overrides: Partial<ReceiveHandlerDeps> = {},
    ) => {
      const { handler, lines } = receiver(house, overrides);
      await handler({ ...event, headers: { ...event.headers, authorization: planted.basic, cookie: planted.cookie } });
      all.push(...lines);
    };
    const event = callbackEvent(planted.body, { secret: SECRET });
    await takes(event);
    await takes(event);
    await takes({ ...event, headers: { ...event.headers, 'x-signature': 'signature-plant-4' } });
    await takes({ ...event, rawPath: '/callbacks/path-plant-5', rawQueryString: 'token=query-plant-6' });
    await takes({ ...event, rawPath: '/callbacks/acme-cc-1/token-plant-7' });
    await takes({ ...event, rawPath: '/nonsense-plant-8' });
    const broken = () => Promise.reject(new SyntaxError(`Unexpected token in ${planted.body} ${SECRET}`));
    await takes(callbackEvent(`${planted.body} `, { secret: SECRET }), { inbox: { put: broken } });
    await takes(event, { secrets: broken });
    expect(all).toHaveLength(8);
    const text = all.join('\n');
    const { headers } = event;
    const secrets = [SECRET, 'plant', '4111', planted.basic.slice(6), headers['x-signature'] ?? '', 'json; charset'];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
