import { afterEach, describe, expect, it } from 'vitest';
import { provision as paylockProvision } from '#shared/gateways/paylock/provision.ts';
import type { ProvisionOutcome } from '#shared/gateways/provision.ts';
import { type GatewayServer, startGatewayServer } from '#shared/outbound/gateway-server.testing.ts';
import { testClient } from './ixopay-connector.ts';

const CUSTOMER = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const GATEWAY = '11111111-2222-3333-4444-555555555555';
const SECRETS = { api: 'planted-paylock-password', key: 'planted-merchant-key', pin: 'planted-merchant-pin' };

/** Seed 002's body with its placeholders filled. */
const DOCUMENT = {
  CustomerId: CUSTOMER,
  id: GATEWAY.replaceAll('-', ''),
  merchantId: 'M-1',
  displayName: 'City garage',
  testMode: 1,
  allowToken: false,
  maxPaymentAmount: 500,
  minPaymentAmount: 0.5,
  billTypes: [{ id: GATEWAY, paymentGatewayId: null, billTypeId: 3, applyConvenienceFee: true }],
  applications: [{ ID: GATEWAY, applicationId: CUSTOMER, isActive: true, primaryPaymentVenue: false }],
  paymentTypes: [{ paymentType: 'CreditCard' }],
  convenienceFees: [
    { paymentType: 'CreditCard', minRange: 0, maxRange: 100, feeAmount: 2.95, applyAtPaymentOfBoot: true },
  ],
};

const now = () => new Date('2026-01-15T09:30:00Z');
const open: GatewayServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function answering(...answers: readonly (readonly [status: number, text: string])[]): Promise<GatewayServer> {
  const server = await startGatewayServer((_seen, response, count) => {
    const [status, text] = answers[Math.min(count, answers.length) - 1] ?? [500, ''];
    response.writeHead(status).end(text);
  });
  open.push(server);
  return server;
}

async function provision(
  server: Pick<GatewayServer, 'port'>,
  { dryRun = false, settings = {}, document = DOCUMENT as object, given = {}, testMode = true } = {},
): Promise<ProvisionOutcome> {
  const outcome = await paylockProvision.provision(
    { http: testClient(), now },
    {
      ...{
        connectorId: 'lot-1',
        merchantId: 'acme',
        testMode,
        callbackUrl: 'https://postrider.example/callbacks/lot-1',
      },
      settings: { apiHost: `127.0.0.1:${server.port}`, customerId: CUSTOMER, paymentGatewayId: GATEWAY, ...settings },
      shape: { kind: 'paylock', document: { ...document } },
    },
    {
      own: { apiPassword: SECRETS.api },
      document: { '/merchantKey': SECRETS.key, '/merchantPin': SECRETS.pin, ...given },
    },
    { dryRun },
  );
  for (const secret of Object.values(SECRETS)) expect(JSON.stringify(outcome)).not.toContain(secret);
  return outcome;
}

describe('PUT /customers/{customerId}/paymentgateways/{id}', () => {
  it('gets the whole payment gateway, in the spelling of the manual', async () => {
    const server = await answering([200, GATEWAY]);
    expect(await provision(server)).toMatchObject({ outcome: 'provisioned' });
    const [request] = server.seen;
    expect(request).toMatchObject({
      method: 'PUT',
      url: `/customers/${CUSTOMER}/paymentgateways/${GATEWAY}`,
      headers: {
        authorization: `Bearer ${SECRETS.api}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
    });
    const { CustomerId: _own, id: _id, applications: _spelled, ...rest } = DOCUMENT;
    expect(JSON.parse(request?.body ?? '')).toEqual({
      ...rest,
      ...{ customerId: CUSTOMER, id: GATEWAY, merchantKey: SECRETS.key, merchantPin: SECRETS.pin },
      billTypes: [{ id: GATEWAY, billTypeId: 3, applyConvenienceFee: true }],
      applications: [{ id: GATEWAY, applicationId: CUSTOMER, isActive: true, primaryPaymentVenue: false }],
    });
  });

  it('goes with a user as Basic credentials', async () => {
    const server = await answering([200, `"${GATEWAY.toUpperCase()}"`]);
    await provision(server, { settings: { apiUser: 'ops' } });
    const basic = Buffer.from(`ops:${SECRETS.api}`).toString('base64');
    expect(server.seen[0]?.headers).toMatchObject({ authorization: `Basic ${basic}` });
  });

  it('is tried again, because it replaces the whole', async () => {
    const server = await answering([503, ''], [200, GATEWAY.replaceAll('-', '')]);
    expect(await provision(server)).toMatchObject({ outcome: 'provisioned' });
    expect(server.seen).toHaveLength(2);
  });

  it('is shown with every secret masked by a dry run, which sends nothing', async () => {
    const server = await answering([200, GATEWAY]);
    expect(await provision(server, { dryRun: true, settings: { apiUser: 'ops' } })).toMatchObject({
      outcome: 'shown',
      request: {
        method: 'PUT',
        headers: { authorization: 'Basic ***' },
        body: { merchantKey: '***', merchantPin: '***' },
      },
    });
    expect(server.seen).toEqual([]);
  });
});

describe('what is missing or contradictory here', () => {
  it('is all named, and nothing is sent', async () => {
    const http = { send: () => Promise.reject(new Error('sent')) };
    const callbackUrl = 'https://postrider.example/callbacks/lot-1';
    const connector = { connectorId: 'lot-1', merchantId: 'acme', testMode: true, callbackUrl, settings: {} };
    const outcome = await paylockProvision.provision(
      { http, now },
      connector,
      { own: {}, document: {} },
      { dryRun: false },
    );
    const fields = outcome.outcome === 'incomplete' ? outcome.problems.map(({ field }) => field) : [];
    expect(fields).toEqual(['/shape', '/settings/customerId', '/settings/paymentGatewayId', '/secrets/apiPassword']);
  });

  it.each(['/merchantKey', '/merchantPin'])('%s must be given, because the request replaces it', async (pointer) => {
    const server = await answering([200, GATEWAY]);
    const field = `/gatewaySecrets/~1${pointer.slice(1)}`;
    const given = { [pointer]: undefined } as unknown as Record<string, string>;
    expect(await provision(server, { given })).toMatchObject({ outcome: 'incomplete', problems: [{ field }] });
    expect(server.seen).toEqual([]);
    expect(await provision(server, { given: { [pointer]: '' } })).toMatchObject({ outcome: 'provisioned' });
    expect(JSON.parse(server.seen[0]?.body ?? '')).not.toHaveProperty(pointer.slice(1));
  });

  it.each([
    ['/settings/customerId', { settings: { customerId: GATEWAY } }],
    ['/settings/paymentGatewayId', { settings: { paymentGatewayId: CUSTOMER } }],
    ['/testMode', { testMode: false }],
  ])('%s that differs from the imported document', async (field, change) => {
    const server = await answering([200, GATEWAY]);
    expect(await provision(server, change)).toMatchObject({ outcome: 'incomplete', problems: [{ field }] });
    expect(server.seen).toEqual([]);
  });
});

const refusal = (fieldName: string) =>
  JSON.stringify({
    ResponseStatus: {
      ErrorCode: 'NotEmpty',
      Message: `'Display Name' ${SECRETS.key} should not be empty.`,
      Errors: [{ ErrorCode: 'NotEmpty', FieldName: fieldName, Message: SECRETS.pin }],
    },
  });

describe('the answer', () => {
  it.each([
    [400, refusal('DisplayName'), 'gateway_invalid_request', 'no', '/shape/displayName'],
    [400, refusal(SECRETS.key), 'gateway_invalid_request', 'no', undefined],
    [409, '<html>', 'gateway_invalid_request', 'no', undefined],
    [401, refusal('x'), 'gateway_unauthorized', 'no', undefined],
    [403, '', 'gateway_unauthorized', 'no', undefined],
    [404, '', 'gateway_entity_missing', 'no', undefined],
    [500, refusal('DisplayName'), 'gateway_internal_error', 'unknown', undefined],
    [200, CUSTOMER, 'gateway_answer_unexpected', 'unknown', undefined],
    [200, `{"id":"${GATEWAY}"}`, 'gateway_answer_unexpected', 'unknown', undefined],
    [200, '', 'gateway_answer_unexpected', 'unknown', undefined],
    [204, '', 'gateway_answer_unexpected', 'unknown', undefined],
  ])('%i %s is %s', async (status, text, code, changed, field) => {
    const outcome = await provision(await answering([status, text]));
    const problems = field === undefined ? [] : [{ field }];
    expect(outcome).toMatchObject({ outcome: 'failed', code, changed, problems });
  });

  it('429 to the end is too busy', async () => {
    const server = await answering([429, '']);
    expect(await provision(server)).toMatchObject({ code: 'gateway_busy', changed: 'no' });
    expect(server.seen).toHaveLength(3);
  });
});
