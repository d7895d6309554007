import { afterEach, describe, expect, it } from 'vitest';
import { provision as ixopayProvision } from '#shared/gateways/ixopay/provision.ts';
import type { ProvisionOutcome } from '#shared/gateways/provision.ts';
import { type GatewayServer, startGatewayServer, startRawServer } from '#shared/outbound/gateway-server.testing.ts';
import { DOCUMENT, ixopayConnector, SECRETS, secretsOf, testClient } from './ixopay-connector.ts';

const now = () => new Date('2026-01-15T09:30:00Z');
const open: GatewayServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function kept(starting: Promise<GatewayServer>): Promise<GatewayServer> {
  const server = await starting;
  open.push(server);
  return server;
}

/** A gateway that answers as the manual does: the whole connector, its secrets included. */
function answering(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return kept(
    startGatewayServer((_seen, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    }),
  );
}
const updated = { success: true, connector: { ...DOCUMENT, sharedSecret: SECRETS.sharedSecret } };

async function provision(
  server: Pick<GatewayServer, 'port'>,
  { dryRun = false, document = DOCUMENT as object, settings = {}, given = {}, limits = {} } = {},
): Promise<ProvisionOutcome> {
  const outcome = await ixopayProvision.provision(
    { http: testClient(limits), now },
    ixopayConnector(`127.0.0.1:${server.port}`, document, settings),
    secretsOf(given),
    { dryRun },
  );
  for (const secret of Object.values(SECRETS)) expect(JSON.stringify(outcome)).not.toContain(secret);
  const basic = Buffer.from(`ops:${SECRETS.provisioningPassword}`).toString('base64');
  expect(JSON.stringify(outcome)).not.toContain(basic);
  return outcome;
}

describe('updateConnector', () => {
  it('gets the complete imported connector with our secret', async () => {
    const server = await answering(200, updated);
    expect(await provision(server)).toMatchObject({ outcome: 'provisioned' });
    expect(server.seen).toHaveLength(1);
    const [request] = server.seen;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/api/provisioning/updateConnector/CO-1234-1234-1234-1234-1234-1234',
      headers: {
        authorization: `Basic ${Buffer.from(`ops:${SECRETS.provisioningPassword}`).toString('base64')}`,
        'content-type': 'application/json',
        'user-agent': 'Postrider/0.0.0-test',
      },
    });
    const { guid: _1, archived: _2, createdAt: _3, merchantGuid: _4, isMetaConnector: _5, ...rest } = DOCUMENT;
    const { routingMetaConnector: _6, multiMethodMetaConnector: _7, config: _8, settings, ...sent } = rest;
    expect(JSON.parse(request?.body ?? '')).toEqual({
      ...sent,
      sharedSecret: SECRETS.sharedSecret,
      addSettings: settings,
    });
  });

  it('takes either spelling of the document, and leaves out what is null', async () => {
    const server = await answering(200, updated);
    const { guid, apiKey, adapter, scheduleApiAvailable, vtRiskRuleSet: _none, ...others } = DOCUMENT;
    const document = {
      ...{ ...others, GUID: guid, APIKey: apiKey, Adapter: adapter, scheduleAPIAvailable: scheduleApiAvailable },
      vtRiskRuleSet: null,
    };
    expect(await provision(server, { document })).toMatchObject({ outcome: 'provisioned' });
    const body = JSON.parse(server.seen[0]?.body ?? '');
    expect(body).toMatchObject({ apiKey, adapter, scheduleApiAvailable: true });
    expect(body).not.toHaveProperty('vtRiskRuleSet');
    expect(body).not.toHaveProperty('APIKey');
  });

  it('sends config only with its credentials, which are given for this one request', async () => {
    const server = await answering(200, updated);
    expect(await provision(server)).toMatchObject({
      notes: [
        expect.stringContaining('"config" is left out'),
        '"settings" are sent as "addSettings": what was set there since stays.',
      ],
    });
    expect(JSON.parse(server.seen[0]?.body ?? '')).not.toHaveProperty('config');
    const given = { '/config/password': SECRETS.configPassword, '/config/apiSecret': SECRETS.apiSecret };
    expect(await provision(server, { given })).toMatchObject({ outcome: 'provisioned' });
    expect(JSON.parse(server.seen[1]?.body ?? '').config).toEqual({
      ...{ username: 'asmith', language: 'de', testMode: true, vault: {} },
      ...{ password: SECRETS.configPassword, apiSecret: SECRETS.apiSecret },
    });
  });

  it('makes a meta-connector of a meta-connector only, and then does not do it twice', async () => {
    const server = await answering(503, '');
    const document = { ...DOCUMENT, adapter: 'MetaConnector', method: 'MetaConnector', isMetaConnector: true };
    expect(await provision(server, { document })).toMatchObject({ outcome: 'failed', changed: 'unknown' });
    expect(server.seen).toHaveLength(1);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({
      routingMetaConnector: DOCUMENT.routingMetaConnector,
      multiMethodMetaConnector: DOCUMENT.multiMethodMetaConnector,
    });
  });

  it('never sets the counters of terminals', async () => {
    const server = await answering(200, updated);
    const document = { ...DOCUMENT, terminals: [{ terminalId: 'T1', disabled: false, stan: 17, captureReference: 4 }] };
    const outcome = await provision(server, { document });
    expect(JSON.parse(server.seen[0]?.body ?? '').terminals).toEqual([{ terminalId: 'T1', disabled: false }]);
    expect(JSON.stringify(outcome)).toContain('STAN and capture reference of terminals are left out');
  });

  it('is tried again where the gateway asks for it', async () => {
    const server = await kept(
      startGatewayServer((_seen, response, count) => {
        response.writeHead(count === 1 ? 503 : 200).end(count === 1 ? '' : JSON.stringify(updated));
      }),
    );
    expect(await provision(server)).toMatchObject({ outcome: 'provisioned' });
    expect(server.seen[0]).toEqual(server.seen[1]);
  });
});

describe('a dry run', () => {
  it('sends nothing and shows the request with every secret masked', async () => {
    const server = await answering(500, '');
    const given = { '/config/password': SECRETS.configPassword, '/config/apiSecret': SECRETS.apiSecret };
    const outcome = await provision(server, { dryRun: true, given });
    expect(server.seen).toEqual([]);
    expect(outcome).toMatchObject({
      outcome: 'shown',
      request: {
        method: 'POST',
        url: `https://127.0.0.1:${server.port}/api/provisioning/updateConnector/${DOCUMENT.guid}`,
        headers: { authorization: 'Basic ***' },
        body: { sharedSecret: '***', config: { password: '***', apiSecret: '***', username: 'asmith' } },
      },
    });
  });
});

describe('what is missing or contradictory here', () => {
  it('is all named, and nothing is sent', async () => {
    const connector = {
      ...{ connectorId: 'c', merchantId: 'acme', testMode: true, callbackUrl: 'https://postrider.example/callbacks/c' },
      settings: { apiKey: 'k' },
    };
    const http = { send: () => Promise.reject(new Error('sent')) };
    const none = { own: {}, document: {} };
    const outcome = await ixopayProvision.provision({ http, now }, connector, none, { dryRun: false });
    const fields = outcome.outcome === 'incomplete' ? outcome.problems.map(({ field }) => field) : [];
    expect(fields).toEqual([
      '/shape',
      '/settings/connectorGuid',
      '/settings/provisioningUser',
      '/secrets/provisioningPassword',
      '/secrets/sharedSecret',
    ]);
  });

  it.each([
    ['/settings/connectorGuid', { settings: { connectorGuid: 'CO-other' } }],
    ['/settings/apiKey', { settings: { apiKey: 'other' } }],
    [
      '/testMode',
      { document: { ...DOCUMENT, config: { testMode: false } }, given: { '/config/password': SECRETS.configPassword } },
    ],
  ])('%s that differs from the imported document', async (field, change) => {
    const server = await answering(200, updated);
    expect(await provision(server, change)).toMatchObject({ outcome: 'incomplete', problems: [{ field }] });
    expect(server.seen).toEqual([]);
  });
});

describe('new settings', () => {
  const document = { ...DOCUMENT, addSettings: { 'tx:expiration-minutes': '60', 'api:new-key': '1' } };
  const listing = (list: unknown, status = 200) =>
    kept(
      startGatewayServer((seen, response) => {
        const isList = seen.url === '/api/provisioning/getConnectorSettings/Simulator';
        response.writeHead(isList ? status : 200).end(JSON.stringify(isList ? list : updated));
      }),
    );

  it.each([
    ['names', ['api:new-key']],
    ['things with a name', { settings: [{ name: 'api:new-key', type: 'text' }] }],
    ['things with a key', [{ key: 'api:new-key' }]],
    ['members', { success: true, Settings: { 'api:new-key': {} } }],
  ])('must be among those that getConnectorSettings lists, as %s', async (_name, list) => {
    const server = await listing(list);
    expect(await provision(server, { document })).toMatchObject({ outcome: 'provisioned' });
    expect(JSON.parse(server.seen[1]?.body ?? '').addSettings).toEqual({
      ...{ 'tx:expiration-minutes': '60', 'refund:ui-enabled': '1', 'api:new-key': '1' },
    });
  });

  it('are looked up once where a dry run has just done it', async () => {
    const server = await listing(['api:other']);
    const connector = ixopayConnector(`127.0.0.1:${server.port}`, document);
    const options = { dryRun: false, rehearsed: true };
    const outcome = await ixopayProvision.provision({ http: testClient(), now }, connector, secretsOf(), options);
    expect(outcome).toMatchObject({ outcome: 'provisioned' });
    expect(server.seen).toHaveLength(1);
  });

  it('are refused with the list, before anything is changed', async () => {
    const server = await listing(['api:other', 'tx:expiration-minutes']);
    expect(await provision(server, { document })).toMatchObject({
      outcome: 'incomplete',
      problems: [{ field: '/shape/addSettings/api:new-key', message: expect.stringContaining('api:other') }],
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['is of an unknown shape', { success: true }, 200],
    ['is none', 'no', 404],
  ])('go to the gateway with a note where the list %s', async (_name, list, status) => {
    const server = await listing(list, status);
    const outcome = await provision(server, { document });
    expect(outcome).toMatchObject({ outcome: 'provisioned' });
    expect(JSON.stringify(outcome)).toContain('The keys api:new-key could not be checked');
  });

  it('are not sent where the list cannot be asked for', async () => {
    expect(await provision({ port: 1 }, { document })).toMatchObject({ code: 'connect_failed', changed: 'no' });
    const shown = await provision({ port: 1 }, { document, dryRun: true });
    expect(shown).toMatchObject({ outcome: 'shown' });
    const denying = await listing({ success: false, errorCode: 1000 }, 401);
    expect(await provision(denying, { document })).toMatchObject({ code: 'gateway_unauthorized', changed: 'no' });
  });
});

const quoting = (errorCode: number, errorMessage: string) => ({ success: true, errorCode, errorMessage });
const secretMessage = `sharedSecret: ${SECRETS.sharedSecret} Invalid characters`;

describe('the answer', () => {
  it.each([
    [401, quoting(1000, 'Unauthorized'), 'gateway_unauthorized', 'no'],
    [401, 'no JSON', 'gateway_unauthorized', 'no'],
    [401, quoting(1004, 'name: x'), 'gateway_unauthorized', 'no'],
    [422, quoting(1001, 'Unauthorized'), 'gateway_invalid_request', 'no'],
    [422, quoting(1002, secretMessage), 'gateway_value_not_allowed', 'no'],
    [422, quoting(1003, secretMessage), 'gateway_format_invalid', 'no'],
    [422, quoting(1004, secretMessage), 'gateway_characters_invalid', 'no'],
    [422, quoting(1005, secretMessage), 'gateway_parameter_missing', 'no'],
    [422, quoting(1006, secretMessage), 'gateway_parameter_not_applicable', 'no'],
    [422, quoting(1007, secretMessage), 'gateway_entity_missing', 'no'],
    [500, quoting(9999, 'Internal server error'), 'gateway_internal_error', 'unknown'],
    [500, quoting(1001, 'x'), 'gateway_invalid_request', 'unknown'],
    [500, '<html>', 'gateway_internal_error', 'unknown'],
    [200, quoting(1004, 'name: nameInvalid characters'), 'gateway_characters_invalid', 'no'],
    [200, { success: true, errorCode: '1004' }, 'gateway_characters_invalid', 'no'],
    [200, { success: true, ErrorCode: 1004 }, 'gateway_characters_invalid', 'no'],
    [200, { success: true, errorCode: 4711 }, 'gateway_answer_unexpected', 'unknown'],
    [200, { success: true, errorCode: 'many' }, 'gateway_answer_unexpected', 'unknown'],
    [422, { success: true }, 'gateway_invalid_request', 'no'],
    [404, '', 'gateway_entity_missing', 'no'],
    [200, '<html>OK</html>', 'gateway_answer_unexpected', 'unknown'],
    [200, '', 'gateway_answer_unexpected', 'unknown'],
    [200, '"OK"', 'gateway_answer_unexpected', 'unknown'],
    [204, '', 'gateway_answer_unexpected', 'unknown'],
    [200, { success: true, connector: { guid: 'CO-other' } }, 'gateway_answer_unexpected', 'unknown'],
    [200, { connector: { sharedSecret: 'planted-by-the-gateway' } }, 'secret_not_taken', 'unknown'],
  ])('%i %j is %s', async (status, body, code, changed) => {
    const server = await answering(status, body);
    const outcome = await provision(server);
    expect(outcome).toMatchObject({ outcome: 'failed', code, changed });
    expect(JSON.stringify(outcome)).not.toMatch(/planted-by-the-gateway|nameInvalid/);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    { success: true },
    { success: false, connector: { guid: DOCUMENT.guid } },
    { errorCode: 0, connector: { guid: DOCUMENT.guid, sharedSecret: '******' } },
    { errorCode: null, Connector: { GUID: DOCUMENT.guid, sharedSecret: SECRETS.sharedSecret } },
  ])('200 %j is success, whatever `success` says', async (body) => {
    expect(await provision(await answering(200, body))).toMatchObject({ outcome: 'provisioned' });
  });

  it('names the member of ours that the message begins with, and nothing else of the message', async () => {
    const named = await provision(await answering(422, quoting(1004, 'name: nameInvalid characters')));
    expect(named).toMatchObject({ problems: [{ field: '/shape/name' }] });
    const deep = await provision(await answering(422, quoting(1004, 'addSettings: x')));
    expect(deep).toMatchObject({ problems: [{ field: '/shape/addSettings' }] });
    for (const message of [`${SECRETS.sharedSecret}: x`, 'nobody: x', 'Unauthorized', '', 7]) {
      const outcome = await provision(await answering(422, { errorCode: 1004, errorMessage: message }));
      expect(outcome).toMatchObject({ problems: [] });
    }
  });

  it.each([
    ['slow', () => undefined, 'timeout'],
    [
      'cut',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{'),
      'connection_lost',
    ],
    ['reset', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy(), 'connection_lost'],
    [
      'redirecting',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n'),
      'redirected',
    ],
    ['no HTTP', (socket: { end(text: string): void }) => socket.end('hello\r\n\r\n'), 'answer_malformed'],
  ])('that is %s: it may have changed there', async (_name, act, code) => {
    const server = await kept(startRawServer((socket, first) => first().then(() => act(socket))));
    const limits = { attempts: 1, attemptMs: 500, connectMs: 10_000 };
    expect(await provision(server, { limits })).toMatchObject({ outcome: 'failed', code, changed: 'unknown' });
  });

  it('that cannot come because nobody listens: it is as it was', async () => {
    expect(await provision({ port: 1 })).toMatchObject({ code: 'connect_failed', changed: 'no' });
  });

  it('that cannot come because the host is inside: it is as it was', async () => {
    const settings = { provisioningHost: '169.254.169.254' };
    expect(await provision({ port: 1 }, { settings })).toMatchObject({ code: 'address_refused', changed: 'no' });
  });
});
