import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutboundRequest } from '#shared/gateways/outbound.ts';
import { exchange, type Target } from './exchange.ts';
import { type GatewayServer, startGatewayServer } from './gateway-server.testing.ts';
import { createHttpClient, type HttpClientDeps } from './http-client.ts';

vi.mock('./exchange.ts', { spy: true });

const HOST = 'crt.example.com';
const PLAIN: OutboundRequest = {
  method: 'GET',
  host: HOST,
  path: '/middle.cer',
  headers: {},
  idempotent: true,
  plain: true,
};
let server: GatewayServer;
let targets: Target[];

/** Every connection that would go out ends at a server on this machine. */
beforeEach(async () => {
  targets = [];
  server = await startGatewayServer(({ url }, response) =>
    url === '/moved' ? response.writeHead(302, { location: '/middle.cer' }).end() : response.end('DER'),
  );
  const { exchange: real } = await vi.importActual<typeof import('./exchange.ts')>('./exchange.ts');
  vi.mocked(exchange).mockImplementation((target, ...rest) => {
    targets.push(target);
    return real({ ...target, port: server.port, addresses: [{ address: '127.0.0.1', family: 4 }] }, ...rest);
  });
});
afterEach(() => server.close());

function client(address = '192.0.3.1', more: Partial<HttpClientDeps> = {}) {
  const resolve = async () => [{ address }];
  return createHttpClient({ version: '1.2.3', random: () => 0.5, now: () => new Date(0), resolve, ...more });
}

describe('a plain request', () => {
  it('goes by http to port 80 of the address that was checked, with nothing of ours but the name of this program', async () => {
    expect(await client().send(PLAIN)).toMatchObject({ ok: true, status: 200 });
    const addresses = [{ address: '192.0.3.1', family: 4 }];
    expect(targets).toEqual([{ protocol: 'http:', hostname: HOST, port: 80, addresses }]);
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/middle.cer', body: '' }]);
    expect(Object.keys(server.seen[0]?.headers ?? {}).sort()).toEqual([
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
  });

  it.each([
    ['another method', { method: 'POST' }],
    ['a method that changes', { method: 'PUT' }],
    ['a header', { headers: { authorization: 'Basic planted-secret' } }],
    ['a body', { body: 'planted-secret' }],
    ['an empty body', { body: '' }],
    ['a query', { path: '/middle.cer?planted-secret' }],
    ['a port', { host: `${HOST}:8080` }],
    ['the port of TLS', { host: `${HOST}:443` }],
    ['the default port, written', { host: `${HOST}:80` }],
  ] as [string, Partial<OutboundRequest>][])(
    'is refused with %s, before anybody is asked for an address',
    async (_name, more) => {
      const resolve = vi.fn(async () => [{ address: '192.0.3.1' }]);
      const result = await client('', { resolve }).send({ ...PLAIN, ...more });
      expect(result).toMatchObject({ ok: false, code: 'request_invalid', sent: false });
      expect(JSON.stringify(result)).not.toContain('planted-secret');
      expect(resolve).not.toHaveBeenCalled();
      expect(targets).toEqual([]);
    },
  );

  it.each(['10.0.0.1', '127.0.0.1', '169.254.169.254', '::1', 'fd00:ec2::254'])(
    'does not go to %s',
    async (address) => {
      expect(await client(address).send(PLAIN)).toMatchObject({ ok: false, code: 'address_refused', sent: false });
      expect(targets).toEqual([]);
    },
  );

  it('follows no redirect', async () => {
    expect(await client().send({ ...PLAIN, path: '/moved' })).toMatchObject({ ok: false, code: 'redirected' });
    expect(server.seen).toHaveLength(1);
  });

  it('goes to this machine only as every other request does', async () => {
    await client('127.0.0.1', { loopback: 'https' }).send(PLAIN);
    await client('127.0.0.1', { loopback: 'http' }).send(PLAIN);
    expect(targets.map(({ protocol }) => protocol)).toEqual(['https:', 'http:']);
  });
});

describe('every other request', () => {
  it.each([
    ['a bare GET', {}],
    ['to port 80', { host: `${HOST}:80` }],
  ])('goes by TLS: %s', async (_name, more) => {
    const { plain: _asked, ...secure } = PLAIN;
    expect(await client().send({ ...secure, ...more })).toMatchObject({ ok: false, code: 'tls_failed' });
    expect(targets.every(({ protocol }) => protocol === 'https:')).toBe(true);
    expect(targets.length).toBeGreaterThan(0);
    expect(server.seen).toEqual([]);
  });
});
