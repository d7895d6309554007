import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { json } from './answer.ts';
import { NO_BODY, NO_QUERY, route } from './route.ts';
import { createRouter } from './router.ts';

function plain(method: 'GET' | 'PUT', path: string) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return route({
    ...{ method, path, operationId: `${method} ${path}`, tag: 't', summary: 's', auth: 'open' },
    ...{ query: NO_QUERY, body: NO_BODY, answers: { 200: { description: 'd' } } },
    params: z.strictObject(Object.fromEntries(names.map((name) => [name, z.string()]))),
    handle: async () => json({}),
  });
}

const match = createRouter([
  plain('GET', '/a/{x}'),
  plain('GET', '/a/fixed'),
  plain('PUT', '/a/{x}'),
  plain('GET', '/a/{x}/{y}/events'),
]);

describe('createRouter', () => {
  it('decodes segments after splitting, so that an encoded slash stays inside', () => {
    expect(match('GET', '/a/b%2Fc')).toMatchObject({ found: 'route', params: { x: 'b/c' } });
    expect(match('GET', '/a/%252F/c%3Fd/events')).toMatchObject({ params: { x: '%2F', y: 'c?d' } });
    expect(match('GET', '/a/b/c')).toEqual({ found: 'nothing' });
  });

  it('prefers literal segments', () => {
    expect(match('GET', '/a/fixed')).toMatchObject({ route: { operationId: 'GET /a/fixed' } });
    expect(match('PUT', '/a/fixed')).toMatchObject({ route: { operationId: 'PUT /a/{x}' } });
  });

  it('tells an unknown path, an unknown method and a broken encoding apart', () => {
    expect(match('GET', '/b')).toEqual({ found: 'nothing' });
    expect(match('GET', '')).toEqual({ found: 'nothing' });
    expect(match('PATCH', '/a/x')).toEqual({ found: 'methods', allow: ['GET', 'PUT'] });
    expect(match('GET', '/a/%ff')).toEqual({ found: 'encoding' });
  });
});

describe('route', () => {
  it('cannot be made with a path and a schema that differ', () => {
    const params = z.strictObject({ y: z.string() });
    const spec = { method: 'GET', path: '/a/{x}', operationId: 'o', tag: 't', summary: 's', auth: 'open' } as const;
    const make = () =>
      route({ ...spec, params, query: NO_QUERY, body: NO_BODY, answers: {}, handle: async () => json({}) });
    expect(make).toThrow('name different parameters');
  });
});
