import { describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import type { GatewayFront, RawCallback, RemoteTools, Verdict } from '#shared/gateways/gateway.ts';
import { FAILED_ANSWER, plainAnswer, REFUSED_ANSWER } from '#shared/gateways/plain-answers.ts';
import type { CertificateReading } from '#shared/gateways/signing-certificate.ts';
import { digestOfParts } from '#shared/model/digest.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector } from '#shared/registry/records.ts';
import type { InboxRow, RefusedSample } from './ports.ts';
import { receive } from './receive.ts';

const GENUINE: Verdict = { ok: true, keyId: 'cert', algorithm: 'rsa', readings: {}, declared: {} };

/** A gateway that signs with a certificate whose URL stands in a header. */
const front: GatewayFront = {
  name: 'ixopay',
  methods: ['POST'],
  keptHeaders: () => ({}),
  probe: (method, tail) => (method === 'GET' || tail === 'health' ? plainAnswer(200, 'here\n') : undefined),
  certificateOf: ({ headers }) =>
    headers['cert'] === 'api.example/ok'
      ? { ok: true, host: 'api.example', path: '/ok' }
      : { ok: false, code: 'certificate_url_refused', detail: 'not one of the gateway’s' },
  verify(_callback, _connector, _now, certificate) {
    if (certificate === undefined) return { ok: false, code: 'certificate_malformed', detail: 'none was given' };
    if (certificate.ok) return GENUINE;
    return { ok: false, code: certificate.code, detail: certificate.detail, retry: true };
  },
  inboxKey: (source, body) => digestOfParts(source, body),
  acknowledge(outcome) {
    if (outcome === 'refused') return REFUSED_ANSWER;
    return outcome === 'failed' ? FAILED_ANSWER : plainAnswer(200, 'OK');
  },
};

const CONNECTOR: Connector = {
  connectorId: 'acme-1',
  merchantId: 'acme',
  gateway: 'ixopay',
  name: 'Acme',
  settings: {},
  secrets: [],
  secretNames: [],
  testMode: true,
  active: true,
  archived: false,
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

const FOUND: CertificateReading = { ok: true, pem: 'PEM' };
const AWAY: CertificateReading = { ok: false, code: 'certificate_unavailable', detail: 'the host is away' };

interface Given {
  readonly reading?: CertificateReading;
  readonly remotely?: GatewayFront['verifyRemotely'];
  readonly withoutRemote?: true;
  readonly missing?: readonly string[];
}

function setUp({ reading = FOUND, remotely, withoutRemote, missing = [] }: Given = {}) {
  const rows: InboxRow[] = [];
  const refused: RefusedSample[] = [];
  const asked: string[] = [];
  const loaded: string[] = [];
  const clock = { now: () => new Date('2026-01-15T09:30:00.000Z') };
  const tools: RemoteTools = {
    http: { send: () => Promise.reject(new Error('not used')) },
    now: clock.now,
    certificates: {
      async get({ host, path }) {
        asked.push(host + path);
        return reading;
      },
    },
  };
  const one: GatewayFront = { ...front, ...(remotely && { verifyRemotely: remotely }) };
  const deps = {
    connectors: createConnectorLookup({ connector: async () => ({ ...CONNECTOR, missing }) }, clock),
    secrets: async () => [],
    fronts: {
      ...loadedFronts({ ixopay: one }),
      other: async () => {
        loaded.push('other');
        return one;
      },
    },
    inbox: {
      async put(row: InboxRow) {
        rows.push(row);
        return 'stored' as const;
      },
    },
    refused: { record: (sample: RefusedSample) => void refused.push(sample) },
    clock,
    basePath: '',
    ...(withoutRemote ? {} : { remote: async () => tools }),
    trouble(error: unknown) {
      throw error;
    },
  };
  const post = (changes: Partial<RawCallback> = {}) =>
    receive(deps, {
      ...{ method: 'POST', path: '/callbacks/acme-1', rawQuery: '', headers: { cert: 'api.example/ok' } },
      body: Buffer.from('{}'),
      ...changes,
    });
  return { post, rows, refused, asked, loaded };
}

describe('a gateway that signs with certificates', () => {
  it('is judged with the certificate that was found, and only its own adapter is loaded', async () => {
    const world = setUp();
    expect((await world.post()).status).toBe(200);
    expect(world.asked).toEqual(['api.example/ok']);
    expect(world.rows).toHaveLength(1);
    expect(world.loaded).toEqual([]);
  });

  it('pitfall 25: a URL that is not the gateway’s is never fetched, and refused for good', async () => {
    const world = setUp();
    expect((await world.post({ headers: { cert: 'evil.example/ok' } })).status).toBe(401);
    expect(world.asked).toEqual([]);
    expect(world.refused.map(({ code }) => code)).toEqual(['certificate_url_refused']);
  });

  it.each([{ reading: AWAY }, { withoutRemote: true } as const])(
    'a certificate that cannot be had: 503, counted (%j)',
    async (given) => {
      const world = setUp(given);
      const answer = await world.post();
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(world.rows).toEqual([]);
      expect(world.refused.map(({ code }) => code)).toEqual(['certificate_unavailable']);
    },
  );

  it('the gateway itself is asked where only our trouble stands in the way', async () => {
    const world = setUp({ reading: AWAY, remotely: async () => GENUINE });
    expect((await world.post()).status).toBe(200);
    expect(world.rows).toHaveLength(1);
    const denied = setUp({
      reading: AWAY,
      remotely: async () => ({ ok: false, code: 'signature_mismatch', detail: 'the gateway says it is not its own' }),
    });
    expect((await denied.post()).status).toBe(401);
    const unable = setUp({ reading: AWAY, remotely: () => undefined });
    expect((await unable.post()).status).toBe(503);
  });
});

describe('a health check', () => {
  it('is answered and neither verified nor stored', async () => {
    const world = setUp();
    expect((await world.post({ method: 'GET' })).status).toBe(200);
    expect((await world.post({ path: '/callbacks/acme-1/health' })).body).toBe('here\n');
    expect([world.asked, world.rows, world.refused]).toEqual([[], [], []]);
  });

  it('also while the connector is being set up, which everything else has to wait for', async () => {
    const world = setUp({ missing: ['/secrets/webhookKeys'] });
    expect((await world.post({ method: 'GET' })).status).toBe(200);
    expect((await world.post()).status).toBe(503);
  });
});
