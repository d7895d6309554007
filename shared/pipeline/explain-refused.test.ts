import { describe, expect, it } from 'vitest';
import type { DecidedBy, Gateway, RefusalCode } from '#shared/gateways/gateway.ts';
import { REFUSAL_CODES } from '#shared/gateways/gateway.ts';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { Connector } from '#shared/registry/records.ts';
import { explainRefused } from './explain-refused.ts';

const AT = '2026-01-15T09:30:00.000Z';
const NAMES = Object.keys(GATEWAYS);

function gatewayOf(name: string): Gateway {
  const gateway: Gateway | undefined = GATEWAYS[name];
  if (gateway === undefined) throw new Error(`there is no gateway ${name}`);
  return gateway;
}

/** What is said of a callback that the gateway's adapter refuses with this code, whatever is tried. */
async function explained(name: string, code: RefusalCode, asked: string[] = []) {
  const { certificateOf: _unused, ...front } = gatewayOf(name).front;
  const refused = { ok: false, code, detail: 'as the test says', retry: true } as const;
  const gateway: Gateway = {
    ...gatewayOf(name),
    variations: (callback, { settings }) => [
      { cause: 'body_changed', what: 'w', cure: 'c', callback: { ...callback, body: Buffer.from('{}') }, settings },
    ],
    front: {
      ...front,
      verify: () => refused,
      verifyRemotely: async (_deps, { body }) => {
        asked.push(Buffer.from(body).toString());
        return refused;
      },
    },
  };
  const connector: Connector = {
    ...{ connectorId: 'c', merchantId: 'm', gateway: name, name: 'c', settings: {}, missing: [], version: 1 },
    secrets: [{ keyId: 'k', sealed: 'x', createdAt: AT }],
    ...{ secretNames: [], testMode: false, active: true, archived: false, createdAt: AT, updatedAt: AT },
  };
  const request = {
    ...{ method: 'POST', path: '/callbacks/c', rawQuery: '', headers: {}, body: Buffer.from('{"a":1}'), whole: true },
  };
  const sample = { ...{ connectorId: 'c', at: AT, code, detail: '', n: 1 }, ...request, bodyBytes: 7 };
  const nobody = async () => {
    throw new Error('nothing is fetched');
  };
  return explainRefused(
    {
      registry: { connector: async () => connector, connectors: async () => ({ items: [], cursor: null }) },
      secrets: async () => [{ keyId: 'k', values: {} }],
      gateways: { [name]: gateway },
      clock: { now: () => new Date(AT) },
      basePath: '',
      remote: async () => ({ http: { send: nobody }, certificates: { get: nobody }, now: () => new Date(AT) }),
    },
    connector,
    { sample, request },
  );
}

const ROWS = NAMES.flatMap((name) => REFUSAL_CODES.map((code) => ({ name, code })));

describe('every code of every gateway', () => {
  it.each(ROWS)('$name: $code has a cause and a cure', async ({ name, code }) => {
    const { verifiesNow, causes } = await explained(name, code);
    expect(verifiesNow).toBe(false);
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({
      code: code === 'signature_mismatch' ? 'wrong_secret' : code,
      certain: code !== 'signature_mismatch',
      what: expect.stringMatching(/^[a-z].{20,}[^.]$/i),
      cure: expect.stringMatching(/^[A-Z].{20,}\.$/),
    });
  });

  it.each(ROWS)('$name: $code points to nothing of another gateway', async ({ name, code }) => {
    const { causes } = await explained(name, code);
    const names = GATEWAY_SETTINGS[name]?.names;
    for (const [, root, member = ''] of (causes[0]?.cure ?? '').matchAll(/\/(settings|secrets)\/(\w+)/g))
      expect(names?.[root === 'settings' ? 'settings' : 'secrets']).toContain(member);
  });

  it.each<[string, RefusalCode, string]>([
    ['ixopay', 'signature_mismatch', '/secrets/sharedSecret'],
    ['ixopay', 'secret_missing', '/secrets/sharedSecret'],
    ['paylock', 'signature_mismatch', '/secrets/keys'],
    ['paylock', 'secret_missing', '/secrets/keys'],
    ['paylock', 'signature_missing', '/settings/signatureHeader'],
    ['paylock', 'date_missing', '/settings/timestampHeader'],
    ['cybersource', 'signature_mismatch', '/secrets/webhookKeys'],
    ['cybersource', 'key_unknown', '/secrets/webhookKeys'],
    ['cybersource', 'decryption_failed', '/secrets/mlePrivateKey'],
    ['cybersource', 'foreign', '/settings/organizationId'],
    ['cybersource', 'time_out_of_range', '/settings/toleranceSeconds'],
    ['paypal', 'signature_mismatch', '/settings/webhookId'],
    ['paypal', 'certificate_url_refused', '/settings/environment'],
    ['paypal', 'certificate_untrusted', '/settings/certificateAuthorities'],
    ['amazon-pay', 'foreign', '/settings/topicArns'],
    ['amazon-pay', 'algorithm_refused', '/settings/acceptSha1'],
    ['secuconnect', 'sender_refused', '/settings/sourceRanges'],
  ])('%s: %s points to %s', async (name, code, pointer) => {
    expect((await explained(name, code)).causes[0]?.cure).toContain(pointer);
  });

  it.each(NAMES)('%s decides by settings and secrets that it has', (name) => {
    const decidedBy: DecidedBy = gatewayOf(name).decidedBy;
    const names = GATEWAY_SETTINGS[name]?.names;
    const known = [
      ...(names?.settings ?? []).map((one) => `/settings/${one}`),
      ...(names?.secrets ?? []).map((one) => `/secrets/${one}`),
    ];
    expect(known).toEqual(expect.arrayContaining(Object.values(decidedBy)));
  });
});

describe('the gateway itself', () => {
  it('is asked about the request as it came, and about no variation of it', async () => {
    const asked: string[] = [];
    await explained('paypal', 'signature_mismatch', asked);
    expect(new Set(asked)).toEqual(new Set(['{"a":1}']));
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});
