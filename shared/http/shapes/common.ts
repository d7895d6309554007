import * as z from 'zod';
import { ID_PATTERN, ID_RULE } from '#shared/registry/id.ts';
import { named } from './named.ts';

export const idShape = z.string().regex(ID_PATTERN, `must be ${ID_RULE}`);

/** A gateway's own id, as it is. */
export const gatewayIdShape = z.string().min(1).max(512);

export const timeShape = z.string().describe('ISO 8601 UTC with milliseconds');

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** Text of digits only, so that "1e2", "0x10" and " 5" are not taken for numbers. */
function integerParameter(min: number, max: number, description: string) {
  return z
    .string()
    .transform((text, context) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: min, maximum: max, description });
}

const limitParameter = integerParameter(1, MAX_LIMIT, `Items of a page; ${DEFAULT_LIMIT} by default`);
/** Base64url, so that it is no longer in a URL; another one is told `invalid_cursor` by its list. */
const cursorParameter = z
  .string()
  .min(1)
  .max(2048)
  .meta({ pattern: '^[A-Za-z0-9_-]+$', description: 'From the page before, unchanged' });

export const pageParameters = { limit: limitParameter.exactOptional(), cursor: cursorParameter.exactOptional() };

export const fromVersionParameter = integerParameter(1, 9_999_999_999, 'The first version; 1 by default');

export const sampleNumberParameter = integerParameter(0, 999_999_999_999_999, 'n of the refused callback, as listed');

const ISO_TIME =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/;

/** ISO date or time with zone; made UTC with milliseconds, as the stores compare it. */
export const timeParameter = z
  .string()
  .transform((text, context) => {
    const parsed = ISO_TIME.test(text) ? new Date(text) : undefined;
    if (parsed !== undefined && !Number.isNaN(parsed.getTime())) return parsed.toISOString();
    context.addIssue({
      code: 'custom',
      message: 'must be an ISO 8601 date or time, as 2026-01-15T09:30:00Z (+ is %2B)',
    });
    return z.NEVER;
  })
  .meta({ type: 'string', pattern: ISO_TIME.source, description: 'ISO 8601 date or time with its zone' });

export const problemShape = named(
  'Problem',
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.number().int(),
      detail: z.string().describe('What was wrong, with which value, and what to do'),
      code: z.string().describe('Stable'),
      errors: z.array(
        z.object({
          field: z.string().describe('JSON pointer into the body, or the name of a parameter'),
          value: z.unknown().optional().describe('As it was sent; never of a secret'),
          message: z.string(),
        }),
      ),
    })
    .describe('RFC 9457 problem details'),
);
