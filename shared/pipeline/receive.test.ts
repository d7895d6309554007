import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadedFronts } from '#shared/gateways/front-table.ts';
import type { ConnectorCredentials, GatewayFront, RawCallback, Verdict } from '#shared/gateways/gateway.ts';
import { FAILED_ANSWER, REFUSED_ANSWER } from '#shared/gateways/plain-answers.ts';
import { digestOfParts } from '#shared/model/digest.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import type { InboxRow, RefusedSample } from './ports.ts';
import { MAX_BODY_BYTES, type ReceiveDeps, receive } from './receive.ts';

/** A gateway of our own that signs body, date and URI with HMAC-SHA256, so that these tests stand without an adapter. */
const front: GatewayFront = {
  name: 'ixopay',
  methods: ['POST'],
  keptHeaders: ({ date = '' }) => ({ date }),
  verify: verifyHmac,
  inboxKey: (source, body, declared) => digestOfParts(source, body, declared['date'] ?? ''),
  acknowledge: (outcome) =>
    ({ refused: REFUSED_ANSWER, failed: FAILED_ANSWER })[outcome as string] ?? {
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'OK',
    },
};

function verifyHmac(callback: RawCallback, connector: ConnectorCredentials): Verdict {
  const given = Buffer.from(callback.headers['x-signature'] ?? '', 'base64');
  for (const { keyId, values } of connector.secrets) {
    for (const path of [connector.registeredPath, callback.path]) {
      const expected = sign(callback.body, callback.headers['date'] ?? '', path, values['sharedSecret'] ?? '');
      if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) continue;
      const reading = path === connector.registeredPath ? 'registered' : 'received';
      const readings = { contentType: 'received', date: 'Date', path: reading } as const;
      return { ok: true, keyId, algorithm: 'hmac', readings, declared: { date: callback.headers['date'] ?? '' } };
    }
  }
  return { ok: false, code: 'signature_mismatch', detail: 'the signature does not match' };
}

function sign(body: Uint8Array, date: string, path: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(body).update(`\n${date}\n${path}`).digest();
}

const DATE = 'Thu, 15 Jan 2026 09:30:00 UTC';
const BODY = Buffer.from('{"amount":1.0,"name":"Ko\\u0161ir","x":"\u00e4"}\n');

function signed(changes: Partial<RawCallback> = {}, secret = 's3cret', signedPath?: string): RawCallback {
  const request = { method: 'POST', path: '/callbacks/acme-cc-1', rawQuery: '', headers: {}, body: BODY, ...changes };
  const signature = sign(request.body, DATE, signedPath ?? request.path, secret).toString('base64');
  return {
    ...request,
    headers: { 'x-signature': signature, date: DATE, 'content-type': 'application/json', ...request.headers },
  };
}

const CONNECTOR: Connector = {
  connectorId: 'acme-cc-1',
  merchantId: 'acme',
  gateway: 'ixopay',
  name: 'Acme cards',
  settings: {},
  secrets: [{ keyId: 'k1', sealed: 'sealed:s3cret', createdAt: '2026-01-01T00:00:00.000Z' }],
  secretNames: ['sharedSecret'],
  testMode: true,
  active: true,
  archived: false,
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

function setUp(connector: Connector | undefined = CONNECTOR, over: Partial<ReceiveDeps> = {}) {
  const world = {
    nowMs: Date.parse('2026-01-15T09:30:01.000Z'),
    connector,
    registryBroken: false,
    storeBroken: false,
    rows: new Map<string, InboxRow>(),
    refused: [] as RefusedSample[],
    troubles: [] as unknown[],
    opened: 0,
  };
  const clock = { now: () => new Date(world.nowMs) };
  const registry = {
    async connector(connectorId: string) {
      if (world.registryBroken) throw new Error('registry gone');
      return world.connector?.connectorId === connectorId ? world.connector : undefined;
    },
  };
  const deps: ReceiveDeps = {
    connectors: createConnectorLookup(registry, clock),
    secrets: createSecretReader({
      async open(_connectorId, sealed) {
        world.opened += 1;
        if (!sealed.startsWith('sealed:')) throw new Error('tampered');
        return { sharedSecret: sealed.slice('sealed:'.length) };
      },
    }),
    fronts: loadedFronts({ ixopay: front }),
    inbox: {
      async put(row) {
        await Promise.resolve();
        if (world.storeBroken) throw new Error('disk full');
        const known = world.rows.get(row.callbackId);
        if (known !== undefined) return known.bodySha256 === row.bodySha256 ? 'duplicate' : 'other_body';
        world.rows.set(row.callbackId, row);
        return 'stored';
      },
    },
    refused: { record: (sample) => void world.refused.push(sample) },
    clock,
    basePath: '',
    trouble: (error) => void world.troubles.push(error),
    ...over,
  };
  return { world, deps, post: (request: RawCallback) => receive(deps, request) };
}

describe('receive: a genuine callback', () => {
  it('is stored byte for byte before it is acknowledged in the shape of the gateway', async () => {
    const { world, post } = setUp();
    const answer = await post(signed());
    expect(answer).toEqual({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' });
    const [row] = [...world.rows.values()];
    expect(row?.body).toEqual(BODY);
    expect(row).toMatchObject({
      connectorId: 'acme-cc-1',
      merchantId: 'acme',
      mode: 'test',
      source: 'pushed',
      declared: { date: DATE },
    });
    expect(row?.verdict).toMatchObject({ keyId: 'k1', readings: { path: 'registered' } });
    expect(row?.receivedAt).toBe('2026-01-15T09:30:01.000Z');
  });

  it('keeps only the headers that matter', async () => {
    const { world, post } = setUp();
    await post(signed({ headers: { authorization: 'Basic c2VjcmV0', cookie: 'a=b' } }));
    const [row] = [...world.rows.values()];
    expect(Object.keys(row?.headers ?? {}).sort()).toEqual(['date']);
  });

  it('pitfall 4: a repeat at another time is the same row, acknowledged', async () => {
    const { world, post } = setUp();
    await post(signed());
    world.nowMs += 86_400_000;
    expect((await post(signed())).body).toBe('OK');
    expect(world.rows.size).toBe(1);
  });

  it('pitfall 5: two copies at the same moment make one row and two acknowledgements', async () => {
    const { world, post } = setUp();
    const answers = await Promise.all([post(signed()), post(signed())]);
    expect(answers.map(({ body }) => body)).toEqual(['OK', 'OK']);
    expect(world.rows.size).toBe(1);
  });

  it('pitfall 8: without any id header the repeat is found all the same', async () => {
    const { world, post } = setUp();
    await post(signed({ headers: { 'x-request-id': '1' } }));
    await post(signed());
    expect(world.rows.size).toBe(1);
  });

  it('pitfall 29: needs no User-Agent', async () => {
    const { post } = setUp();
    const request = signed();
    expect(Object.keys(request.headers)).not.toContain('user-agent');
    expect((await post(request)).status).toBe(200);
  });

  it('pitfall 27: is answered with exactly the two letters, also when it is a repeat', async () => {
    const { post } = setUp();
    expect([...(await post(signed())).body]).toEqual(['O', 'K']);
    expect([...(await post(signed())).body]).toEqual(['O', 'K']);
  });

  it.each(['/callbacks/acme-cc-1', '/callbacks/acme-cc-1/', '/hooks/callbacks/acme-cc-1', '/callbacks/acme%2Dcc-1'])(
    'pitfall 15: the registered URL shape %s is taken',
    async (path) => {
      const { post } = setUp(CONNECTOR, { basePath: '/hooks' });
      expect((await post(signed({ path }))).status).toBe(200);
    },
  );

  it('pitfall 15: behind a proxy that takes the prefix away the registered path is what was signed', async () => {
    const { world, post } = setUp(CONNECTOR, { basePath: '/hooks' });
    const request = signed({ path: '/callbacks/acme-cc-1' }, 's3cret', '/hooks/callbacks/acme-cc-1');
    expect((await post(request)).status).toBe(200);
    expect([...world.rows.values()][0]?.verdict?.readings.path).toBe('registered');
  });

  it.each([{ active: false }, { archived: true }])('is taken by a connector with %j', async (change) => {
    const { post } = setUp({ ...CONNECTOR, ...change });
    expect((await post(signed())).body).toBe('OK');
  });

  it('opens a secret once', async () => {
    const { world, post } = setUp();
    await post(signed());
    await post(signed({ body: Buffer.from('{}') }));
    expect(world.opened).toBe(1);
  });
});

describe('receive: refusals', () => {
  it('pitfall 1: a wrong signature is 401, counted, and stores nothing', async () => {
    const { world, post } = setUp();
    const answer = await post(signed({}, 'wrong'));
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('OK');
    expect(world.rows.size).toBe(0);
    expect(world.refused[0]).toMatchObject({
      connectorId: 'acme-cc-1',
      code: 'signature_mismatch',
      bodyBytes: BODY.byteLength,
    });
    expect(JSON.stringify(world.refused)).not.toContain(signed({}, 'wrong').headers['x-signature']);
  });

  it('pitfall 16: any flipped byte of the body, also one that JSON would not notice, is refused', async () => {
    const { world, post } = setUp();
    const request = signed();
    for (let at = 0; at < BODY.byteLength; at += 1) {
      const body = Buffer.from(BODY);
      body[at] = (body[at] ?? 0) ^ 1;
      expect((await post({ ...request, body })).status).toBe(401);
    }
    expect((await post({ ...request, body: BODY.subarray(0, -1) })).status).toBe(401);
    expect(world.rows.size).toBe(0);
  });

  it('pitfall 21: a signature of another length is a refusal, not an exception', async () => {
    const { world, post } = setUp();
    for (const value of ['', 'AA==', 'A'.repeat(10_000)]) {
      expect((await post(signed({ headers: { 'x-signature': value } }))).status).toBe(401);
    }
    expect(world.troubles).toEqual([]);
  });

  it('an unknown connector and an invalid path are 404 and listed', async () => {
    const { world, post } = setUp();
    for (const path of ['/callbacks/nobody', '/callbacks/%zz', '/callbacks/a/b/c', '/callbacks/']) {
      expect((await post(signed({ path }))).status).toBe(404);
    }
    expect(world.refused.map(({ code, connectorId }) => [code, connectorId])).toEqual(
      Array.from({ length: 4 }, () => ['unknown_connector', undefined]),
    );
  });

  it('a second segment is 404 where the gateway signs, and a token is not shown', async () => {
    const { world, post } = setUp();
    expect((await post(signed({ path: '/callbacks/acme-cc-1/abcdefghijklmnop' }))).status).toBe(404);
    expect(JSON.stringify(world.refused)).not.toContain('efgh');
  });

  it('another method is 405 with Allow; of an unknown connector 404', async () => {
    const { world, post } = setUp();
    const answer = await post(signed({ method: 'GET' }));
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
    expect(world.refused[0]?.code).toBe('method');
    expect((await post(signed({ method: 'GET', path: '/callbacks/nobody' }))).status).toBe(404);
  });

  it('over 1 MiB is 413 before connector and signature, counted; exactly 1 MiB is taken', async () => {
    const { world, post } = setUp();
    const body = Buffer.alloc(MAX_BODY_BYTES + 1);
    expect((await post(signed({ body }))).status).toBe(413);
    expect((await post(signed({ body }, 'wrong'))).status).toBe(413);
    expect((await post(signed({ body, path: '/callbacks/nobody' }))).status).toBe(413);
    expect(world.refused.map(({ code, connectorId }) => [code, connectorId])).toEqual([
      ['too_large', 'acme-cc-1'],
      ['too_large', 'acme-cc-1'],
      ['too_large', undefined],
    ]);
    expect((await post(signed({ body: body.subarray(1) }))).status).toBe(200);
  });

  it('another body under a known key is a repeat where the gateway counts its attempts in the body', async () => {
    const counting = { ...front, inboxKey: () => 'known', repeatsDiffer: true } as const;
    const { world, post } = setUp(CONNECTOR, { fronts: loadedFronts({ ixopay: counting }) });
    await post(signed());
    expect((await post(signed({ body: Buffer.from('{"attempt":2}') }))).status).toBe(200);
    expect([world.rows.size, world.refused.length]).toEqual([1, 0]);
  });

  it('another body under a known key is refused and counted', async () => {
    const { world, post } = setUp(CONNECTOR, {
      fronts: loadedFronts({ ixopay: { ...front, inboxKey: () => 'one-id' } }),
    });
    await post(signed());
    expect((await post(signed({ body: Buffer.from('{}') }))).status).toBe(409);
    expect(world.refused[0]?.code).toBe('other_body');
    expect([...world.rows.values()][0]?.body).toEqual(BODY);
  });

  it('pitfall 30: a new secret is in force before a refusal is made from the old row', async () => {
    const { world, post } = setUp();
    await post(signed());
    const rotated = { keyId: 'k2', sealed: 'sealed:new', createdAt: '2026-01-15T09:31:00.000Z' };
    world.connector = { ...CONNECTOR, version: 2, secrets: [rotated, ...CONNECTOR.secrets] };
    world.nowMs += 5_000;
    expect((await post(signed({ body: Buffer.from('{}') }, 'new'))).status).toBe(200);
    expect((await post(signed({ body: Buffer.from('[]') }))).status).toBe(200);
  });
});

describe('receive: our own trouble', () => {
  it('pitfall 13: storage trouble is 503 with Retry-After, never 4xx, never OK', async () => {
    const { world, post } = setUp();
    world.storeBroken = true;
    const answer = await post(signed());
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.body).not.toContain('OK');
    expect(world.troubles).toHaveLength(1);
  });

  it('pitfall 6: what was answered 503 is stored when it comes again', async () => {
    const { world, post } = setUp();
    world.storeBroken = true;
    await post(signed());
    world.storeBroken = false;
    expect((await post(signed())).body).toBe('OK');
    expect(world.rows.size).toBe(1);
  });

  it('pitfall 13: a registry that does not answer is 503, also where only the re-read before a refusal fails', async () => {
    const { world, post } = setUp();
    world.registryBroken = true;
    expect((await post(signed())).status).toBe(503);
    world.registryBroken = false;
    await post(signed());
    world.registryBroken = true;
    world.nowMs += 5_000;
    expect((await post(signed({}, 'wrong'))).status).toBe(503);
    expect((await post(signed({ path: '/callbacks/nobody' }))).status).toBe(503);
  });

  it('pitfall 13: a secret that cannot be opened is 503', async () => {
    const { post } = setUp({ ...CONNECTOR, secrets: [{ keyId: 'k', sealed: 'broken', createdAt: '' }] });
    expect((await post(signed())).status).toBe(503);
  });

  it('pitfall 1: an exception of an adapter is no acknowledgement', async () => {
    const broken = {
      ...front,
      verify: () => {
        throw new Error('bug');
      },
    };
    const { world, post } = setUp(CONNECTOR, { fronts: loadedFronts({ ixopay: broken }) });
    expect((await post(signed())).status).toBe(503);
    expect(world.rows.size).toBe(0);
  });

  it('too large stays 413 while the registry is away', async () => {
    const { world, post } = setUp();
    world.registryBroken = true;
    expect((await post(signed({ body: Buffer.alloc(MAX_BODY_BYTES + 1) }))).status).toBe(413);
    expect(world.refused).toHaveLength(1);
  });
});
