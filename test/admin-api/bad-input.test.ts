import { describe, expect, it } from 'vitest';
import { createMemoryStores } from '../memory-stores/memory-stores.ts';
import { createAdminFixture } from './admin-fixture.ts';

const { call } = createAdminFixture();
const JSON_TYPE = { 'content-type': 'application/json' };

describe('bad input to the admin API', () => {
  it.each([
    ['no body', '', JSON_TYPE, 400, 'invalid_json'],
    ['a cut body', '{"name":"Ac', JSON_TYPE, 400, 'invalid_json'],
    ['no UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), JSON_TYPE, 400, 'invalid_json'],
    ['a body nested deeply', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, JSON_TYPE, 400, 'invalid_json'],
    ['a form', 'name=Acme', { 'content-type': 'application/x-www-form-urlencoded' }, 400, 'invalid_json'],
    ['XML', '<a/>', { 'content-type': 'application/xml' }, 415, 'wrong_content_type'],
    ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'wrong_content_type'],
    ['over 1 MiB', `{"name":"${'x'.repeat(1_048_576)}"}`, JSON_TYPE, 413, 'body_too_large'],
    ['a list', '[]', JSON_TYPE, 422, 'invalid'],
    ['null', 'null', JSON_TYPE, 422, 'invalid'],
    ['an unknown member', '{"nmae":"Acme"}', JSON_TYPE, 422, 'invalid'],
    ['a member of the prototype', '{"__proto__":{"name":"x"}}', JSON_TYPE, 422, 'invalid'],
    ['a wrong type', '{"name":7}', JSON_TYPE, 422, 'invalid'],
  ])('as body: %s', async (_what, body, headers, status, code) => {
    expect(await call('PUT', '/merchants/acme', { body, headers })).toMatchObject({ status, json: { code } });
  });

  it('says of a record that the store has no room for what to do', async () => {
    const { registry } = createMemoryStores();
    const putMerchant = () =>
      Promise.reject(Object.assign(new Error('acme has 500000 bytes'), { code: 'row_too_large' }));
    const full = createAdminFixture({ registry: { ...registry, putMerchant } });
    expect(await full.call('PUT', '/merchants/acme', { json: {} })).toMatchObject({
      status: 413,
      json: { code: 'row_too_large', detail: expect.stringContaining('send less') },
    });
  });

  it('takes a JSON body whose charset is named', async () => {
    const headers = { 'content-type': 'application/json;charset=UTF-8' };
    expect((await call('PUT', '/merchants/charset', { body: '{}', headers })).status).toBe(201);
  });

  it('names field, value and cure', async () => {
    const wrong = await call('PUT', '/merchants/acme', { json: { merchantId: 'other', name: 'x' } });
    expect(wrong).toMatchObject({ status: 422, json: { errors: [{ field: '/merchantId', value: 'other' }] } });
    const json = { queue: { managed: true, fifo: 'yes', 'a/b': 1 }, types: ['x'], mode: 'all' };
    const body = await call('PUT', '/merchants/acme/subscriptions/s', { json });
    expect(body.json).toMatchObject({
      errors: [{ field: '/queue/fifo', value: 'yes' }, { field: '/queue/a~1b' }, { field: '/mode', value: 'all' }],
    });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=', 'cursor'],
    ['status=DONE', 'status'],
    ['from=yesterday', 'from'],
    ['from=2026-13-01', 'from'],
    ['alias=x', 'alias'],
    ['nope=1', 'nope'],
    ['kind=%zz', 'kind'],
    ['merchantId=a%20b', 'merchantId'],
  ])('refuses the query %s', async (query, field) => {
    const answer = await call('GET', `/transactions?${query}`);
    expect(answer, query).toMatchObject({ status: 400, json: { errors: [{ field }] } });
    expect((answer.json as { detail: string }).detail).toContain(field);
  });

  it.each([
    '/connectors/a b',
    '/connectors/..',
    '/connectors/%2e',
    `/connectors/${'x'.repeat(65)}`,
    '/connectors/%C3%BC',
  ])('refuses the id of %s', async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 400, json: { errors: [{ field: 'connectorId' }] } });
  });

  it('answers 404 and 405 with what is offered', async () => {
    expect((await call('GET', '/nothing')).status).toBe(404);
    expect((await call('GET', '/merchants/')).status).toBe(400);
    const wrong = await call('PATCH', '/merchants/acme', { json: {} });
    expect(wrong).toMatchObject({ status: 405, headers: { allow: 'DELETE, GET, PUT' } });
  });

  it.each([undefined, 'Basic b3BlcmF0b3I6eA==', 'Bearer', 'Bearer wrong', 'operator-token-of-the-test'])(
    'refuses the authorization %s',
    async (authorization) => {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await call('GET', '/transactions', { token: null, headers });
      expect(answer).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="postrider"/);
    },
  );

  it('never takes a token from the query', async () => {
    const answer = await call('GET', '/transactions?access_token=operator-token-of-the-test', { token: null });
    expect(answer.status).toBe(401);
  });

  it('answers 503 to storage trouble, tells us of it, and says nothing of it', async () => {
    const troubles: string[] = [];
    const stores = createMemoryStores({
      before: () => {
        throw new Error('disk on fire');
      },
    });
    const fixture = createAdminFixture({
      ...stores,
      trouble: (error, operation) => troubles.push(`${operation} ${error}`),
    });
    const answer = await fixture.call('GET', '/merchants');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.text).not.toContain('disk');
    expect(troubles).toEqual(['listMerchants Error: disk on fire']);
  });
});
