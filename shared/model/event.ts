import * as z from 'zod';
import { dataSchemas } from './state.ts';
import { type SubjectKey, subjectName } from './vocabulary.ts';

/** CloudEvents 1.0 in structured JSON (interfaces.md): the message body on a merchant's queue. */
export const eventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().describe('<connectorId>:<subject type>:<gateway id>:<version>'),
  type: z.string().describe('payment.<kind>.<what>'),
  source: z.string().describe('/connectors/<connectorId>'),
  subject: z.string().describe('<subject type>/<gateway id>'),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string(),
  sequence: z
    .string()
    .regex(/^\d{10}$/)
    .describe('The version as ten digits'),
  previoussequence: z
    .string()
    .regex(/^\d{10}$/)
    .describe('The last version of this subject that the same subscription received, else zeros'),
  causeid: z.string().describe('The callback that caused it'),
  data: z.union([dataSchemas.transaction, dataSchemas.schedule, dataSchemas.instrument, dataSchemas.notice]),
});
export type PostriderEvent = Omit<z.infer<typeof eventSchema>, 'data'> & { readonly data: Record<string, unknown> };

/** A version number as CloudEvents `sequence`: ten digits, so that text order is number order. */
export function sequenceOf(version: number): string {
  return String(version).padStart(10, '0');
}

export function eventId(key: SubjectKey, version: number): string {
  return `${subjectName(key)}:${version}`;
}
