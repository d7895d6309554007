import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createAdminFixture } from './admin-fixture.ts';
import { FINISHED, storeTransaction } from './ledger-rows.ts';

const operationSchema = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.never()))),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean(),
        schema: z.looseObject({}),
      }),
    )
    .default([]),
  requestBody: z.looseObject({}).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.looseObject({ description: z.string() })),
});
const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.enum(['get', 'put', 'post', 'delete']).or(z.string()), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

const fixture = createAdminFixture();
const answer = await fixture.call('GET', '/openapi.json', { token: null });
const document = documentSchema.parse(answer.json);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** Every `$ref` anywhere in a JSON value. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

function resolves(root: unknown, reference: string): boolean {
  if (!reference.startsWith('#/')) return false;
  const found = reference
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
      root,
    );
  return found !== undefined;
}

describe('openapi.json', () => {
  it('is open and documents every route once', () => {
    const routes = fixture.routes.map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.sort());
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.length).toBeGreaterThan(40);
  });

  it('has no reference that leads nowhere, and no schema that nobody names', () => {
    const refs = refsIn(answer.json);
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((reference) => !resolves(answer.json, reference))).toEqual([]);
    const named = new Set(refs.map((reference) => reference.split('/').at(-1)));
    expect(Object.keys(document.components.schemas).filter((name) => !named.has(name))).toEqual([]);
    expect(resolves(answer.json, '#/components/schemas/Nobody')).toBe(false);
  });

  it('lets published data grow, and closes what it takes', () => {
    const { schemas } = document.components;
    expect(schemas['Transaction']).not.toHaveProperty('additionalProperties');
    expect(schemas['Event']).not.toHaveProperty('additionalProperties');
    expect(schemas['ConnectorChange']).toMatchObject({
      additionalProperties: false,
      required: ['merchantId', 'gateway'],
    });
  });

  it.each(operations)('$method $path declares its path parameters', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = operation.parameters.filter((one) => one.in === 'path');
    expect(declared.map(({ name }) => name)).toEqual(inPath);
    expect(declared.every(({ required }) => required)).toBe(true);
  });

  it.each(operations)('$method $path is routed, and refused without a token unless it is open', async (one) => {
    const path = one.path.replace(/\{(\w+)\}/g, 'none');
    const refused = await fixture.call(one.method, path, { token: null });
    const open = one.operation.security.length === 0;
    expect(one.operation.responses[401] !== undefined).toBe(!open);
    if (open) expect([200, 404]).toContain(refused.status);
    else expect(refused).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
    const wrong = await fixture.call(one.method, path, { token: 'wrong' });
    expect(wrong.status === 401).toBe(!open);
    // With the token its own handler answers: the fixture holds the status against what is documented.
    const json = one.operation.requestBody === undefined ? {} : { json: {} };
    expect([401, 405]).not.toContain((await fixture.call(one.method, path, json)).status);
  });
});

describe('published JSON Schemas', () => {
  it.each(['transaction', 'schedule', 'instrument', 'notice', 'event'])(
    '%s is open, named by its own address',
    async (name) => {
      const schema = await fixture.call('GET', `/schemas/${name}/1.json`, { token: null });
      expect(schema).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/schema+json' },
        json: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          $id: `https://postrider.example/api/v1/schemas/${name}/1.json`,
          type: 'object',
        },
      });
      expect(refsIn(schema.json).filter((reference) => !resolves(schema.json, reference))).toEqual([]);
    },
  );

  it('is where an event says that it is', async () => {
    await storeTransaction(fixture.stores, { id: 'tx', steps: [FINISHED] });
    const events = await fixture.call('GET', '/transactions/acme-cc-1/tx/events');
    const { dataschema } = (events.json as { items: readonly { dataschema: string }[] }).items[0] ?? { dataschema: '' };
    const { status, json } = await fixture.call('GET', new URL(dataschema).pathname.replace('/api/v1', ''), {
      token: null,
    });
    expect(status).toBe(200);
    expect(json).toHaveProperty('$id', dataschema);
    expect((await fixture.call('GET', '/schemas/constructor/1.json')).status).toBe(404);
  });
});
