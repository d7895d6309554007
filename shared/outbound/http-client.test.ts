import { afterEach, describe, expect, it } from 'vitest';
import type { OutboundRequest, OutboundResult } from '#shared/gateways/outbound.ts';
import { type GatewayServer, startGatewayServer, startRawServer, startTlsServer } from './gateway-server.testing.ts';
import { createHttpClient, type HttpClientDeps, OUTBOUND_LIMITS } from './http-client.ts';

const SECRET = 'planted-secret-5d1f';
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function kept<T extends GatewayServer>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

/** Long enough for any machine where something comes, short where nothing ever does. */
const PATIENT = { ...OUTBOUND_LIMITS, connectMs: 10_000, attemptMs: 10_000, totalMs: 20_000, firstPauseMs: 1 };
const SLOW_ANSWERS = { ...PATIENT, attemptMs: 400 };
const SLOW_CONNECTIONS = { ...PATIENT, connectMs: 150 };

function client(overrides: Partial<HttpClientDeps> = {}) {
  const now = () => new Date('2026-01-15T09:30:00Z');
  return createHttpClient({
    version: '1.2.3',
    random: () => 0.5,
    now,
    loopback: 'http',
    limits: PATIENT,
    ...overrides,
  });
}

const request = (port: number, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'POST',
  host: `127.0.0.1:${port}`,
  path: '/api/x?y=1',
  headers: { authorization: `Basic ${SECRET}`, 'content-type': 'application/json' },
  body: JSON.stringify({ secret: SECRET }),
  idempotent: false,
  ...more,
});

function expectTrouble(result: OutboundResult, code: string, sent: boolean): void {
  expect(result).toMatchObject({ ok: false, code, sent });
  expect(JSON.stringify(result)).not.toContain(SECRET);
  expect(JSON.stringify(result)).not.toContain('/api/x');
}

describe('a request', () => {
  it('goes out as it is, with the name of this program', async () => {
    const server = await kept(
      startGatewayServer((_seen, response) => response.writeHead(201, { 'x-a': 'b' }).end('ok')),
    );
    const result = await client().send(request(server.port));
    expect(result).toMatchObject({ ok: true, status: 201, attempts: 1, headers: { 'x-a': 'b' } });
    expect(result.ok && Buffer.from(result.body).toString()).toBe('ok');
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/x?y=1',
      body: JSON.stringify({ secret: SECRET }),
      headers: {
        'user-agent': 'Postrider/1.2.3',
        authorization: `Basic ${SECRET}`,
        'accept-encoding': 'identity',
        connection: 'close',
        'content-length': String(JSON.stringify({ secret: SECRET }).length),
      },
    });
  });

  it('is not made with characters that would forge a header, and does not say which', async () => {
    const server = await kept(startGatewayServer((_seen, response) => response.end()));
    const forged = request(server.port, { headers: { authorization: `${SECRET}\r\nx-forged: 1` } });
    expectTrouble(await client().send(forged), 'request_invalid', false);
    expectTrouble(await client().send(request(server.port, { path: '/api/x y' })), 'request_invalid', false);
    expect(server.seen).toEqual([]);
  });

  it('ends when the program stops', async () => {
    const stopping = new AbortController();
    const server = await kept(startGatewayServer(() => stopping.abort()));
    const halted = client({ signal: stopping.signal });
    expectTrouble(await halted.send(request(server.port, { idempotent: true })), 'stopping', true);
    expectTrouble(await halted.send(request(server.port)), 'stopping', false);
    expect(server.seen).toHaveLength(1);
  });
});

describe('answers that are none', () => {
  it.each([
    ['nothing at all', () => undefined],
    ['headers, and then drops without end', (response) => drip(response)],
  ] as [string, (response: import('node:http').ServerResponse) => void][])('slow: %s', async (_name, act) => {
    const server = await kept(startGatewayServer((_seen, response) => act(response)));
    expectTrouble(await client({ limits: SLOW_ANSWERS }).send(request(server.port)), 'timeout', true);
  });

  function drip(response: import('node:http').ServerResponse): void {
    response.writeHead(200).write('{');
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  }

  it.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"success":tr'],
    ['chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"suc\r\n'],
    ['headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['nothing', ''],
  ])('cut in the middle: %s', async (_name, bytes) => {
    const server = await kept(startRawServer((socket, first) => first().then(() => socket.end(bytes))));
    expectTrouble(await client().send(request(server.port)), 'connection_lost', true);
  });

  it('reset', async () => {
    const server = await kept(startRawServer((socket, first) => first().then(() => socket.resetAndDestroy())));
    expectTrouble(await client().send(request(server.port)), 'connection_lost', true);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['another HTTP', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    ['broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['a packed body', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx'],
  ])('malformed: %s', async (_name, bytes) => {
    const server = await kept(startRawServer((socket, first) => first().then(() => socket.end(bytes))));
    expectTrouble(await client().send(request(server.port)), 'answer_malformed', true);
  });

  it.each([
    ['by its own word', 'HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n'],
    ['by its bytes', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(300_000)}`],
    ['in its headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`],
  ])('huge %s', async (_name, bytes) => {
    const server = await kept(startRawServer((socket, first) => first().then(() => socket.write(bytes))));
    expectTrouble(await client().send(request(server.port)), 'answer_too_large', true);
  });

  it.each([301, 302, 303, 304, 307, 308])('redirecting with %i: nobody follows', async (status) => {
    const elsewhere = await kept(startGatewayServer((_seen, response) => response.end('taken')));
    const location = `http://127.0.0.1:${elsewhere.port}/`;
    const server = await kept(startGatewayServer((_seen, response) => response.writeHead(status, { location }).end()));
    expectTrouble(await client().send(request(server.port, { idempotent: true })), 'redirected', true);
    expect(elsewhere.seen).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });
});

describe('tries', () => {
  it('again where it may be done twice, until it works', async () => {
    const server = await kept(
      startGatewayServer((_seen, response, count) => {
        if (count === 1) response.destroy();
        else response.writeHead(count === 2 ? 503 : 200).end();
      }),
    );
    const result = await client().send(request(server.port, { idempotent: true }));
    expect(result).toMatchObject({ ok: true, status: 200, attempts: 3 });
  });

  it('three times at most, and then gives the last answer', async () => {
    const server = await kept(startGatewayServer((_seen, response) => response.writeHead(502).end()));
    expect(await client().send(request(server.port, { idempotent: true }))).toMatchObject({ status: 502, attempts: 3 });
    expect(server.seen).toHaveLength(3);
  });

  it.each([429, 500, 502, 503, 504])('once where it may not be done twice (%i)', async (status) => {
    const server = await kept(startGatewayServer((_seen, response) => response.writeHead(status).end()));
    expect(await client().send(request(server.port))).toMatchObject({ ok: true, status, attempts: 1 });
    expect(server.seen).toHaveLength(1);
  });

  it('not again where Retry-After goes beyond the time there is', async () => {
    const headers = { 'retry-after': '3600' };
    const server = await kept(startGatewayServer((_seen, response) => response.writeHead(503, headers).end()));
    expect(await client().send(request(server.port, { idempotent: true }))).toMatchObject({ attempts: 1 });
  });

  it('remembers that an earlier try may have done something', async () => {
    const server = await startGatewayServer((_seen, response) => {
      response.destroy();
      void server.close();
    });
    const result = await client().send(request(server.port, { idempotent: true }));
    expectTrouble(result, 'connect_failed', true);
    expect(result.attempts).toBe(3);
  });
});

describe('whom it calls', () => {
  const noNetwork = { limits: SLOW_CONNECTIONS, trust: [] };

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1:8443',
    '100.64.0.1',
    '[fd00:ec2::254]',
    '[::ffff:1.1.1.1]',
    '2130706433',
    '0xa9.0xfe.0xa9.0xfe',
  ])('not %s', async (host) => {
    const { loopback: _none, ...home } = { ...deps(), ...noNetwork };
    expectTrouble(await createHttpClient(home).send(request(0, { host })), 'address_refused', false);
  });

  it.each([
    ['a private address', ['10.1.2.3']],
    ['a public one and a private one', ['1.1.1.1', '10.1.2.3']],
    ['this machine and a public one', ['127.0.0.1', '1.1.1.1']],
    ['what is no address', ['1.1.1.1', 'evil']],
  ])('not a name that leads to %s', async (_name, addresses) => {
    const resolve = async () => addresses.map((address) => ({ address }));
    const result = await client({ resolve }).send(request(0, { host: 'gateway.example.com' }));
    expectTrouble(result, 'address_refused', false);
    expect(JSON.stringify(result)).not.toContain('10.1.2.3');
  });

  it('asks the resolver once, and connects to what was checked', async () => {
    const server = await kept(startGatewayServer((_seen, response) => response.end()));
    const answers = ['127.0.0.1', '10.0.0.1'];
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return [{ address: answers.shift() ?? '' }];
    };
    const host = `Gateway.Example.com:${server.port}`;
    expect(await client({ resolve }).send(request(0, { host }))).toMatchObject({ ok: true, status: 200 });
    expect(asked).toEqual(['gateway.example.com']);
    expect(server.seen[0]?.headers).toMatchObject({ host: host.toLowerCase() });
  });

  it('tells an unknown name, a silent resolver and a host that is none apart', async () => {
    const unknown = { resolve: () => Promise.reject(new Error(`no ${SECRET}`)) };
    const host = 'gateway.example.com';
    expectTrouble(await client(unknown).send(request(0, { host })), 'host_unknown', false);
    expectTrouble(await client({ resolve: async () => [] }).send(request(0, { host })), 'host_unknown', false);
    const silent = { limits: SLOW_CONNECTIONS, resolve: () => new Promise<never>(() => undefined) };
    expectTrouble(await client(silent).send(request(0, { host })), 'connect_timeout', false);
    expectTrouble(await client().send(request(0, { host: 'https://a.example' })), 'host_invalid', false);
  });

  it('says where nobody listens', async () => {
    const server = await startGatewayServer(() => undefined);
    await server.close();
    expectTrouble(await client().send(request(server.port)), 'connect_failed', false);
  });
});

describe('TLS', () => {
  const resolve = async () => [{ address: '127.0.0.1' }];
  const answer = (_seen: unknown, response: import('node:http').ServerResponse) => response.end('secure');
  const host = (port: number) => ({ host: `gateway.example.com:${port}` });

  it('with the certificate of the host', async () => {
    const server = await kept(startTlsServer('gateway.example.com', answer));
    const secure = client({ loopback: 'https', resolve, trust: server.trust });
    expect(await secure.send(request(0, host(server.port)))).toMatchObject({ ok: true, status: 200 });
  });

  it('not with the certificate of another', async () => {
    const server = await kept(startTlsServer('gateway.example.org', answer));
    const secure = client({ loopback: 'https', resolve, trust: server.trust });
    const result = await secure.send(request(0, host(server.port)));
    expectTrouble(result, 'tls_failed', false);
    expect(result).toMatchObject({ detail: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') });
    expect(server.seen).toEqual([]);
  });

  it('not with one that nobody trusts, whatever the environment says', async () => {
    const server = await kept(startTlsServer('gateway.example.com', answer));
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const result = await client({ loopback: 'https', resolve }).send(request(0, host(server.port)));
      expectTrouble(result, 'tls_failed', false);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(server.seen).toEqual([]);
  });

  it('not with one that has run out', async () => {
    const server = await kept(startTlsServer('gateway.example.com', answer, '210101000000Z'));
    const result = await client({ loopback: 'https', resolve, trust: server.trust }).send(
      request(0, host(server.port)),
    );
    expectTrouble(result, 'tls_failed', false);
    expect(result).toMatchObject({ detail: expect.stringContaining('CERT_HAS_EXPIRED') });
  });

  it('not with a server that speaks plain HTTP, and nothing is told to it', async () => {
    const server = await kept(startGatewayServer((_seen, response) => response.end()));
    const secure = client({ loopback: 'https', resolve });
    expectTrouble(await secure.send(request(0, host(server.port))), 'tls_failed', false);
    expect(server.seen).toEqual([]);
  });

  it('not with a server that keeps silent', async () => {
    const server = await kept(startRawServer(() => undefined));
    const secure = client({ loopback: 'https', resolve, limits: SLOW_CONNECTIONS });
    expectTrouble(await secure.send(request(0, host(server.port))), 'connect_timeout', false);
  });

  it('not with a server that hangs up', async () => {
    const server = await kept(startRawServer((socket, first) => first().then(() => socket.resetAndDestroy())));
    const secure = client({ loopback: 'https', resolve });
    expectTrouble(await secure.send(request(0, host(server.port))), 'connect_failed', false);
  });
});

function deps(): HttpClientDeps {
  return { version: '1.2.3', random: () => 0.5, now: () => new Date(0), loopback: 'http' };
}
