import * as z from 'zod';
import { eventSchema } from '#shared/model/event.ts';
import { dataSchemas } from '#shared/model/state.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { NO_BODY, NO_QUERY, type Route, route } from '../route.ts';

const PUBLISHED: Readonly<Record<string, z.ZodType>> = { ...dataSchemas, event: eventSchema };

/** JSON Schema 2020-12 of what is published: an event's `dataschema` points here. */
export function schemaRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/schemas/{name}/1.json',
    operationId: 'getSchema',
    tag: 'Descriptions',
    summary: `JSON Schema of events and their data: ${Object.keys(PUBLISHED).join(', ')}`,
    auth: 'open',
    params: z.strictObject({ name: z.string() }),
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'JSON Schema 2020-12', schema: z.record(z.string(), z.unknown()) } },
    problems: ['not_found'],
    async handle({ params: { name } }) {
      const schema = Object.hasOwn(PUBLISHED, name) ? PUBLISHED[name] : undefined;
      if (schema === undefined) {
        return notFound(`There is no schema ${JSON.stringify(name)}; there are: ${Object.keys(PUBLISHED).join(', ')}.`);
      }
      // Input: members may be added later, so that a reader must not refuse those that it does not know.
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      const document = { $schema, $id: `${deps.schemaBase}/schemas/${name}/1.json`, ...rest };
      return json(document, 200, { 'content-type': 'application/schema+json' });
    },
  });
}
