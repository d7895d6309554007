import * as z from 'zod';
import { named } from './named.ts';
import { causeShape, triedShape } from './refused.ts';

const header = z.string().max(8_192);

export const testCallbackBody = named(
  'TestCallback',
  z.strictObject({
    request: z
      .strictObject({
        method: z.string().min(1).max(16).exactOptional().describe('POST by default'),
        path: z
          .string()
          .max(8_192)
          .regex(/^\//, 'must begin with "/"')
          .exactOptional()
          .describe("With its query; the connector's own by default"),
        headers: z
          .record(z.string().max(128), z.union([header, z.array(header).max(20)]))
          .refine((given) => Object.keys(given).length <= 100, 'must be at most 100')
          .describe('In any case; a list where a header comes several times'),
        body: z.string().exactOptional().describe('As text; its bytes are UTF-8'),
        bodyBase64: z
          .base64()
          .exactOptional()
          .describe('As bytes: what is no text, or was changed by copying, line ends above all'),
      })
      .refine(({ body, bodyBase64 }) => body === undefined || bodyBase64 === undefined, {
        message: 'has body and bodyBase64: give one of them',
      }),
    at: z.iso
      .datetime({ offset: true })
      .exactOptional()
      .describe('When it came, where its time is signed; now by default'),
  }),
);

const problems = z.array(z.object({ field: z.string(), value: z.unknown().optional(), message: z.string() }));

export const testedCallbackShape = named(
  'TestedCallback',
  z.object({
    outcome: z
      .enum(['accepted', 'refused', 'answered'])
      .describe('answered: a health check, neither verified nor stored'),
    status: z.number().int().describe('What the gateway would be answered'),
    verdict: z.record(z.string(), z.string()).optional().describe('How it was proved: key, algorithm, readings'),
    connectorId: z.string().optional().describe('Whose secret matched'),
    notifications: z.array(z.record(z.string(), z.unknown())).optional().describe('What it says, as normalized'),
    problems: problems.optional().describe('Paths that find nothing, words that are not known, what is implausible'),
    refusal: z
      .object({
        code: z.string(),
        detail: z.string(),
        tried: z.array(triedShape).optional(),
        clockDifferenceMs: z.number().int().optional(),
      })
      .optional(),
    causes: z.array(causeShape).optional().describe('The likeliest first'),
  }),
);
