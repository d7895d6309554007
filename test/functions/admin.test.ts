import { describe, expect, it } from 'vitest';
import type { AccessRules } from '#shared/http/access-rules.ts';
import { createAdminApi } from '#shared/http/admin-api.ts';
import type { AdminRequest } from '#shared/http/admin-request.ts';
import { authenticationByEdge } from '#shared/http/authentication.ts';
import { tokenDigest } from '#shared/registry/token-digest.ts';
import { type AdminHandlerDeps, createHandler } from '../../functions/admin/create-handler.ts';
import { createAdminFixture } from '../admin-api/admin-fixture.ts';
import { type AdminCall, adminEvent } from './admin-event.ts';
import { context } from './lambda.ts';
import { recordedObserver } from './recorded-observer.ts';

const ARN = 'arn:aws:sts::123456789012:assumed-role/ops/ann';

const RULES: AccessRules = {
  account: '123456789012',
  operators: ['role/ops'],
  merchants: { 'role/shop-*': '*' },
  jwt: {
    ...{ issuer: 'https://issuer.example/pool', roleClaim: 'groups', merchantClaim: 'merchant' },
    ...{ operatorValue: 'admins', merchantValue: 'shops' },
  },
};

function adminHandler(overrides: Partial<AdminHandlerDeps> = {}) {
  const fixture = createAdminFixture({ authentication: authenticationByEdge(RULES), trouble: () => undefined });
  const observer = recordedObserver();
  const handler = createHandler({
    api: createAdminApi(fixture.deps),
    basePath: '/api/v1',
    now: fixture.deps.clock.now,
    observer,
    ...overrides,
  });
  async function call(method: string, target: string, options: AdminCall = {}) {
    const { statusCode = 0, headers = {}, body = '' } = await handler(adminEvent(method, target, options), context());
    return { status: statusCode, headers, body, json: body === '' ? undefined : (JSON.parse(body) as unknown) };
  }
  return { fixture, observer, handler, call };
}

describe('the admin API on Lambda', () => {
  it.each([false, true])('takes an operator by whom IAM names, and records him (base64: %s)', async (base64) => {
    const { call, fixture, observer } = adminHandler();
    const made = await call('PUT', '/api/v1/merchants/acme', { arn: ARN, body: '{"name":"Ácme"}', base64 });
    expect(made).toMatchObject({ status: 201, json: { merchantId: 'acme', name: 'Ácme' } });
    expect((await fixture.stores.registry.audit({ limit: 5 })).items).toMatchObject([{ who: ARN }]);
    expect(observer.lines).toHaveLength(1);
    expect(observer.lines[0]).toContain(`{"method":"PUT","resource":"merchants","status":201,"who":"${ARN}"`);
  });

  it.each([
    ['nobody', {}],
    ['a bearer token', { headers: { Authorization: 'Bearer operator-token-of-the-test' } }],
    ['a signature that no authorizer has seen', { headers: { Authorization: 'AWS4-HMAC-SHA256 Credential=AKIA…' } }],
    ['a header that names a caller', { headers: { caller: ARN, 'x-amzn-iam-user-arn': ARN } }],
  ])('takes %s for no operator', async (_what, options) => {
    const { call } = adminHandler();
    expect(await call('GET', '/api/v1/merchants', options)).toMatchObject({
      status: 401,
      json: { code: 'unauthorized' },
    });
  });

  it.each([
    ['a role that no rule names', { arn: 'arn:aws:sts::123456789012:assumed-role/visitor/ops' }, 403],
    ['a role of another account', { arn: 'arn:aws:sts::210987654321:assumed-role/ops/ann' }, 403],
    ['a merchant that is not in use', { arn: 'arn:aws:sts::123456789012:assumed-role/shop-none/x' }, 403],
    ['claims where IAM is asked for', { claims: { sub: 'ann', groups: '[admins]' } }, 401],
  ])('%s: %j is answered %d, with what to do', async (_what, options, status) => {
    const { call } = adminHandler();
    const answer = await call('GET', '/api/v1/merchants', options);
    expect(answer.status).toBe(status);
    expect((answer.json as { detail: string }).detail).toMatch(/access\.operators|PUT \/merchants|Signature Version 4/);
  });

  it('a merchant comes by its role, and sees its own', async () => {
    const { call, fixture } = adminHandler();
    for (const merchant of ['acme', 'other']) {
      await call('PUT', `/api/v1/merchants/${merchant}`, { arn: ARN, body: '{}' });
    }
    const arn = 'arn:aws:sts::123456789012:assumed-role/shop-acme/session';
    expect((await call('GET', '/api/v1/merchants/acme', { arn })).json).toMatchObject({ merchantId: 'acme' });
    for (const path of ['/merchants/other', '/merchants', '/status']) {
      expect((await call('GET', `/api/v1${path}`, { arn })).status).toBe(404);
    }
    expect((await call('PUT', '/api/v1/merchants/acme', { arn, body: '{"name":"mine"}' })).status).toBe(404);
    expect((await fixture.stores.registry.merchant('acme'))?.name).toBe('acme');
  });

  it('people come by their own way, by claims, and are recorded by their subject', async () => {
    const { call, fixture, observer } = adminHandler();
    const admin = { claims: { sub: 'ann', groups: '[admins]' } };
    const made = await call('PUT', '/people/api/v1/merchants/acme', { ...admin, body: '{"name":"Acme"}' });
    expect(made.status).toBe(201);
    expect((await fixture.stores.registry.audit({ limit: 1 })).items).toMatchObject([{ who: 'person ann' }]);
    expect(observer.lines[0]).toContain('"resource":"merchants","status":201,"who":"person ann"');
    const shop = { claims: { sub: 'bob', groups: 'shops', merchant: 'acme' } };
    expect((await call('GET', '/people/api/v1/merchants/acme', shop)).status).toBe(200);
    expect((await call('GET', '/people/api/v1/merchants/other', shop)).status).toBe(404);
    expect((await call('GET', '/people/api/v1/merchants', shop)).status).toBe(404);
    for (const nobody of [{}, { arn: ARN }, { headers: { Authorization: 'Bearer x' } }]) {
      expect((await call('GET', '/people/api/v1/merchants', nobody)).status).toBe(401);
    }
    expect((await call('GET', '/people/api/v1/merchants', { claims: { sub: 'eve' } })).status).toBe(403);
    expect((await call('GET', '/people/health', admin)).status).toBe(404);
  });

  it('a read token opens the events of its subscription, without IAM', async () => {
    const { call, fixture } = adminHandler();
    await call('PUT', '/api/v1/merchants/acme', { arn: ARN, body: '{"name":"Acme"}' });
    const body = JSON.stringify({ queue: { managed: true, fifo: true }, types: ['payment.*'] });
    const made = await call('PUT', '/api/v1/merchants/acme/subscriptions/main', { arn: ARN, body });
    const { readToken } = made.json as { readToken: string };
    expect((await fixture.stores.registry.subscription('acme', 'main'))?.readTokenSha256).toBe(tokenDigest(readToken));
    const events = '/api/v1/merchants/acme/subscriptions/main/events?subject=transaction/x';
    const headers = { Authorization: `Bearer ${readToken}` };
    // 404: let in, and there is no such transaction.
    expect((await call('GET', events, { headers })).status).toBe(404);
    expect((await call('GET', events, { headers: { Authorization: 'Bearer other' } })).status).toBe(401);
    expect((await call('GET', '/api/v1/merchants/acme', { headers })).status).toBe(401);
  });

  it('is open where it is open, and nowhere else', async () => {
    const { call } = adminHandler();
    expect(await call('GET', '/health')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect((await call('GET', '/api/v1/schemas/event/1.json')).status).toBe(200);
    const { json } = await call('GET', '/api/v1/openapi.json');
    expect(json).toMatchObject({
      servers: [{ url: 'https://postrider.example/api/v1' }, { url: 'https://postrider.example/people/api/v1' }],
      components: {
        securitySchemes: {
          operator: { 'x-amazon-apigateway-authtype': 'awsSigv4' },
          person: { openIdConnectUrl: 'https://issuer.example/pool/.well-known/openid-configuration' },
        },
      },
    });
    expect((await call('GET', '/api/v2/merchants', { arn: ARN })).status).toBe(404);
    expect((await call('GET', '/callbacks/acme-cc-1', { arn: ARN })).status).toBe(404);
  });

  it.each([
    ['/api/v1/transactions/acme-cc-1/a b', '/transactions/acme-cc-1/a%20b'],
    ['/api/v1/transactions/acme-cc-1/50%', '/transactions/acme-cc-1/50%25'],
    ['/api/v1/callbacks/acme-cc-1:é', '/callbacks/acme-cc-1%3A%C3%A9'],
    ['/api/v1/purchases/a?limit=5', '/purchases/a'],
  ])('encodes the decoded path %s again', async (target, path) => {
    const seen: AdminRequest[] = [];
    const api = async (request: AdminRequest) => {
      seen.push(request);
      return { status: 204, headers: {}, body: '' };
    };
    const { handler } = adminHandler({ api });
    await handler(adminEvent('GET', target, { arn: ARN, headers: { 'X-Mixed': 'Case' } }), context());
    expect(seen).toMatchObject([{ path, caller: { kind: 'iam', arn: ARN }, headers: { 'x-mixed': 'Case' } }]);
  });

  it('keeps the query as it was sent', async () => {
    const { call } = adminHandler();
    expect((await call('GET', '/api/v1/transactions?merchantReference=a%20b%26c&limit=1', { arn: ARN })).status).toBe(
      200,
    );
  });

  it('says that an answer is too large rather than losing it', async () => {
    const large = { status: 200, headers: {}, body: '"'.repeat(3_000_000) };
    const { call } = adminHandler({ api: async () => large });
    const answer = await call('GET', '/api/v1/callbacks', { arn: ARN });
    expect(answer).toMatchObject({ status: 422, json: { code: 'answer_too_large' } });
    expect(answer.body).toContain('limit=');
  });

  it('hands a body of parts over whole', async () => {
    async function* parts() {
      yield '{"a":';
      yield '1}';
    }
    const { call } = adminHandler({ api: async () => ({ status: 200, headers: {}, body: parts() }) });
    expect((await call('GET', '/api/v1/x', { arn: ARN })).json).toEqual({ a: 1 });
  });

  it('tells of what it cannot answer', async () => {
    const { handler, observer } = adminHandler({ api: () => Promise.reject(new TypeError('with "a secret" in it')) });
    await expect(handler(adminEvent('GET', '/api/v1/merchants', { arn: ARN }), context())).rejects.toThrow();
    expect(observer.lines.join()).toContain('error the invocation failed {"error":"TypeError"');
    expect(observer.lines.join()).not.toContain('a secret');
  });
});
