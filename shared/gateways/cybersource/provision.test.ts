import { describe, expect, it } from 'vitest';
import type { OutboundRequest, OutboundResult } from '../outbound.ts';
import type { ProvisionConnector } from '../provision.ts';
import { NOW } from './notification.testing.ts';
import { provision } from './provision.ts';
import { checkCybersourceSettings } from './settings.ts';

const URL = 'https://postrider.example/callbacks/acme-cybersource';
const REST = Buffer.alloc(32, 'planted-rest').toString('base64');
const NEW = Buffer.alloc(32, 'planted-new').toString('base64');
const OLD = Buffer.alloc(32, 'planted-old').toString('base64');
const own = { restKey: JSON.stringify({ keyId: 'rest-1', key: REST }) };
const withKey = { ...own, webhookKeys: JSON.stringify([{ keyId: 'old', key: OLD }]) };

const OFFERED = [
  { productId: 'payments', eventTypes: [{ eventName: 'payments.capture.status.updated', payloadEncryption: true }] },
  {
    productId: 'tokenManagement',
    eventTypes: [{ eventName: 'tms.networktoken.updated', payloadEncryption: false }, { eventName: 'tms.new.thing' }],
  },
];
const MADE_KEY = {
  keyInformation: { keyId: 'new', key: NEW, status: 'active', expirationDate: '2027-01-15T09:30:00Z' },
};
const WANTED = {
  ...{ webhookUrl: URL, healthCheckUrl: `${URL}/health`, status: 'ACTIVE', webhookId: 'wh-1' },
  products: [{ productId: 'tokenManagement', eventTypes: ['tms.networktoken.updated'] }],
};

interface There {
  readonly list?: unknown;
  readonly key?: unknown;
  readonly written?: unknown;
  readonly failing?: Readonly<Record<string, number>>;
}

async function run(
  { list = [], key = MADE_KEY, written = { webhookId: 'wh-1', status: 'ACTIVE' }, failing = {} }: There,
  { secrets = own as Readonly<Record<string, string>>, settings = {}, dryRun = false, callbackUrl = URL } = {},
) {
  const seen: OutboundRequest[] = [];
  const answers = (path: string): unknown =>
    path.startsWith('/kms/') ? key : path.includes('/products/') ? OFFERED : path.includes('?') ? list : written;
  const http = {
    async send(request: OutboundRequest): Promise<OutboundResult> {
      seen.push(request);
      const status = failing[request.method + (request.path.startsWith('/kms/') ? ' key' : '')] ?? 200;
      const body = new TextEncoder().encode(JSON.stringify(answers(request.path)));
      return { ok: true, status, headers: {}, body, attempts: 1 };
    },
  };
  const connector: ProvisionConnector = {
    ...{ connectorId: 'acme-cybersource', merchantId: 'acme', testMode: true, callbackUrl },
    settings: { organizationId: 'acme_org', merchantId: 'acme_mid', ...settings },
  };
  if (!provision.can) throw new Error('cannot');
  const outcome = await provision.provision(
    { http, now: () => NOW },
    connector,
    { own: secrets, document: {} },
    { dryRun },
  );
  const text = JSON.stringify({ ...outcome, obtained: undefined });
  for (const secret of [REST, NEW, OLD, 'keyid="rest-1"']) expect(text).not.toContain(secret);
  return { outcome, seen, steps: seen.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`) };
}

const LOOK = ['GET /notification-subscriptions/v2/webhooks', 'GET /notification-subscriptions/v2/products/acme_org'];

describe('the first time', () => {
  it('makes the key, then the subscription, and hands both over', async () => {
    const { outcome, seen, steps } = await run({});
    expect(steps).toEqual([...LOOK, 'POST /kms/egress/v2/keys-sym', 'POST /notification-subscriptions/v2/webhooks']);
    expect(JSON.parse(seen[2]?.body ?? '')).toMatchObject({
      clientRequestAction: 'CREATE',
      keyInformation: { provider: 'nrtd', tenant: 'acme_org', keyType: 'sharedSecret', expiryDuration: '365' },
    });
    expect(JSON.parse(seen[3]?.body ?? '')).toMatchObject({
      ...{ organizationId: 'acme_org', webhookUrl: URL, healthCheckUrl: `${URL}/health`, notificationScope: 'SELF' },
      ...{ products: WANTED.products, retryPolicy: { numberOfRetries: 3, deactivateFlag: 'true' } },
      securityPolicy: { securityType: 'KEY' },
    });
    expect(seen.every(({ host, headers }) => host === 'apitest.cybersource.com' && headers['signature'])).toBe(true);
    expect(outcome).toMatchObject({
      outcome: 'provisioned',
      obtained: {
        settings: { webhookId: 'wh-1', webhookKeyExpiresAt: '2027-01-15T09:30:00.000Z' },
        secrets: { webhookKeys: [{ keyId: 'new', key: NEW }] },
      },
    });
    if (outcome.outcome !== 'provisioned') return;
    // What it hands over is what the connector can hold.
    const { settings, secrets } = outcome.obtained ?? {};
    expect(checkCybersourceSettings({ organizationId: 'o', ...settings }, secrets, 'change').ok).toBe(true);
    expect(outcome.notes.join('\n')).toMatch(/come encrypted.*\n.*does not know/);
  });
  it('subscribes to encrypted events where they can be opened', async () => {
    const { seen } = await run({}, { secrets: { ...own, mlePrivateKey: 'pem' } });
    expect(JSON.parse(seen[3]?.body ?? '').products).toHaveLength(2);
  });
  it('keeps the key even where the subscription then fails', async () => {
    const { outcome } = await run({ written: {}, failing: {} });
    expect(outcome).toMatchObject({
      outcome: 'failed',
      code: 'gateway_answer_unexpected',
      obtained: { secrets: { webhookKeys: [{ keyId: 'new' }] } },
    });
  });
  it('changes nothing in a dry run', async () => {
    const { outcome, steps } = await run({}, { dryRun: true });
    expect(steps).toEqual(LOOK);
    expect(outcome).toMatchObject({ outcome: 'shown', request: { method: 'POST', headers: { signature: '***' } } });
  });
  it('says what state the subscription is in', async () => {
    const { outcome } = await run({ written: { webhookId: 'wh-1', status: 'PENDING_REVIEW' } });
    expect(JSON.stringify(outcome)).toContain('PENDING_REVIEW');
  });
});

describe('later', () => {
  it('updates what is there with PATCH, and leaves it alone where it is as wanted', async () => {
    const other = await run({ list: [{ ...WANTED, products: [] }] }, { secrets: withKey });
    expect(other.steps).toEqual([...LOOK, 'PATCH /notification-subscriptions/v2/webhooks/wh-1']);
    expect(JSON.parse(other.seen[2]?.body ?? '')).not.toHaveProperty('retryPolicy');
    expect(other.outcome).toMatchObject({ outcome: 'provisioned', obtained: { settings: { webhookId: 'wh-1' } } });
    const same = await run({ list: [WANTED] }, { secrets: withKey, settings: { webhookId: 'wh-1' } });
    expect(same.steps).toEqual(LOOK);
    expect(same.outcome).toMatchObject({ outcome: 'provisioned' });
    expect(same.outcome).not.toHaveProperty('obtained');
  });
  it('finds a subscription by its id where the URL has changed', async () => {
    const moved = { ...WANTED, webhookUrl: 'https://old.example/x' };
    const { steps } = await run({ list: [moved] }, { secrets: withKey, settings: { webhookId: 'wh-1' } });
    expect(steps.at(-1)).toBe('PATCH /notification-subscriptions/v2/webhooks/wh-1');
  });
  it.each([
    ['2026-02-13T00:00:00.000Z', true],
    ['2026-02-15T00:00:00.000Z', false],
  ])('a key that ends at %s is replaced: %s', async (webhookKeyExpiresAt, isDue) => {
    const { outcome, steps } = await run({ list: [WANTED] }, { secrets: withKey, settings: { webhookKeyExpiresAt } });
    expect(steps.includes('POST /kms/egress/v2/keys-sym')).toBe(isDue);
    const keys = [{ keyId: 'new' }, { keyId: 'old' }];
    if (isDue) expect(outcome).toMatchObject({ obtained: { secrets: { webhookKeys: keys } } });
  });
});

describe('what is missing or refused', () => {
  it('is named, and nothing is sent', async () => {
    const { outcome, seen } = await run({}, { secrets: {}, settings: { organizationId: '' }, callbackUrl: 'http://x' });
    expect(outcome).toMatchObject({ outcome: 'incomplete' });
    expect(outcome.outcome === 'incomplete' && outcome.problems.map(({ field }) => field)).toEqual([
      ...['/settings/organizationId', '/secrets/restKey', '/callbackUrl'],
    ]);
    expect(seen).toEqual([]);
  });
  it.each([
    ['GET', 401, 'gateway_unauthorized', 'no'],
    ['GET', 500, 'gateway_internal_error', 'no'],
    ['POST key', 400, 'gateway_invalid_request', 'no'],
    ['POST key', 500, 'gateway_internal_error', 'unknown'],
    ['POST', 429, 'gateway_busy', 'no'],
    ['POST', 503, 'gateway_internal_error', 'unknown'],
  ])('%s answered %i', async (method, status, code, changed) => {
    expect((await run({ failing: { [method]: status } })).outcome).toMatchObject({ outcome: 'failed', code, changed });
  });
  it('hands over the key that was made before the subscription failed', async () => {
    const { outcome } = await run({ failing: { POST: 503 } });
    expect(outcome).toMatchObject({ outcome: 'failed', obtained: { secrets: { webhookKeys: [{ keyId: 'new' }] } } });
  });
  it('a key that is none is not handed over', async () => {
    const { outcome, steps } = await run({ key: { keyInformation: { keyId: 'x', key: 'c2hvcnQ=' } } });
    expect(outcome).toMatchObject({ outcome: 'failed', code: 'gateway_answer_unexpected' });
    expect(outcome).not.toHaveProperty('obtained');
    expect(steps).toHaveLength(3);
  });
});
