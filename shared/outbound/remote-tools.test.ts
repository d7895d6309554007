import { X509Certificate } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { makeTestCertificate } from '#shared/gateways/certificates.testing.ts';
import { chainCompletion } from '#shared/gateways/chain-completion.ts';
import { type ExchangeLimits, exchange, type Target } from './exchange.ts';
import { createRemoteTools } from './remote-tools.ts';

vi.mock('./exchange.ts', { spy: true });

it('fetches a certificate by TLS and its issuer by plain http, within 3 s and 2 s, one try each', async () => {
  const issuer = makeTestCertificate('Issuer', { ca: true, issuer: makeTestCertificate('Root', { ca: true }) });
  const leaf = makeTestCertificate('sns.example', { issuer, issuerAt: ['http://crt.example.com/a.cer'] });
  const bodies: Record<string, Buffer> = {
    'sns.example.com': Buffer.from(leaf.cert),
    'crt.example.com': new X509Certificate(issuer.cert).raw,
  };
  const made: (Pick<Target, 'protocol' | 'port' | 'hostname'> & ExchangeLimits)[] = [];
  vi.mocked(exchange).mockImplementation(async ({ protocol, port, hostname }, _request, limits) => {
    made.push({ ...limits, protocol, port, hostname });
    const body = bodies[hostname];
    // The first time nobody is there.
    if (body === undefined || made.length === 1) return { ok: false, code: 'connect_failed', why: 'x', sent: false };
    return { ok: true, status: 200, headers: {}, body };
  });
  let now = 0;
  const { certificates } = createRemoteTools({
    ...{ version: '1', random: () => 0, completion: chainCompletion },
    now: () => new Date(Date.parse('2026-11-22T03:00:00Z') + now),
    resolve: async () => [{ address: '192.0.3.1' }],
  });
  const get = () => certificates.get({ ok: true, host: 'sns.example.com', path: '/a.pem' });
  expect(await get()).toMatchObject({ ok: false, code: 'certificate_unavailable' });
  expect(made).toHaveLength(1);
  now = 30_000;
  expect(await get()).toEqual({ ok: true, pem: leaf.cert + issuer.cert });
  expect(made).toMatchObject([
    {},
    { protocol: 'https:', port: 443, hostname: 'sns.example.com' },
    { protocol: 'http:', port: 80, hostname: 'crt.example.com', answerBytes: 65_536 },
  ]);
  expect(made[1]?.attemptMs).toBeLessThanOrEqual(3_000);
  expect(made[2]?.attemptMs).toBeLessThanOrEqual(2_000);
});
