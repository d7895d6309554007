import * as z from 'zod';

/** Schemas with a name of their own in OpenAPI's `components.schemas`. */
export const NAMED_SHAPES = z.registry<{ id: string }>();

export function named<T extends z.ZodType>(id: string, schema: T): T {
  NAMED_SHAPES.add(schema, { id });
  return schema;
}

/** A page of a list (interfaces.md, small print). */
export function listOf<T extends z.ZodType>(id: string, item: T) {
  return named(id, z.object({ items: z.array(item), cursor: z.string().nullable().describe('null: the last page') }));
}
