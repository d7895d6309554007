import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '#shared/http/openapi.ts';
import { hasBody, type Route } from '#shared/http/route.ts';
import { problemShape } from '#shared/http/shapes/common.ts';
import { createAdminFixture } from './admin-fixture.ts';

const contentSchema = z.record(z.string(), z.looseObject({ example: z.unknown().optional() }));
const documentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        requestBody: z.looseObject({ content: contentSchema }).optional(),
        responses: z.record(z.string(), z.looseObject({ content: contentSchema.optional() })),
      }),
    ),
  ),
});

const fixture = createAdminFixture();
const document = documentSchema.parse(
  openApiDocument(fixture.routes, 'https://postrider.example/api/v1', fixture.deps.authentication),
);

function operationOf({ path, method }: Route) {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not in the document`);
  return operation;
}

/** Descriptions of other documents: whatever a schema or this document holds. */
const DESCRIPTIONS = ['getSchema', 'getOpenApi'];
const bodies = fixture.routes.filter(({ body }) => hasBody(body));
const answers = fixture.routes.flatMap((route) =>
  Object.entries(route.answers).flatMap(([status, { schema }]) =>
    schema === undefined || DESCRIPTIONS.includes(route.operationId) ? [] : [{ route, status, schema }],
  ),
);

describe('examples in openapi.json', () => {
  it.each(bodies.map((route) => ({ id: route.operationId, route })))('$id: its request is taken', ({ route }) => {
    const example = operationOf(route).requestBody?.content['application/json']?.example;
    expect(example).toBeDefined();
    expect(route.body.safeParse(example).error).toBeUndefined();
  });

  it.each(answers.map((answer) => ({ id: answer.route.operationId, ...answer })))(
    '$id $status: its answer is one, and has no member that its schema does not know',
    ({ route, status, schema }) => {
      const example = operationOf(route).responses[status]?.content?.['application/json']?.example;
      expect(example).toBeDefined();
      const parsed = schema.safeParse(example);
      expect(parsed.error).toBeUndefined();
      // zod leaves out what it does not know.
      expect(parsed.data).toEqual(example);
    },
  );

  it('problems have one, with the status that they stand for', () => {
    for (const route of fixture.routes) {
      for (const [status, { content }] of Object.entries(operationOf(route).responses)) {
        const problem = content?.['application/problem+json'];
        if (problem === undefined) continue;
        expect(problemShape.parse(problem.example).status).toBe(Number(status));
      }
    }
  });
});
