import * as z from 'zod';
import { isTypePattern } from '#shared/model/subscription-filter.ts';
import { timeParameter } from './common.ts';
import { named } from './named.ts';

/** A cursor holds that of the store's own list. */
export const pageCursorMember = z.string().min(1).max(8_192).describe('Of the answer before, unchanged');

export const backfillBody = named(
  'Backfill',
  z.strictObject({
    from: timeParameter,
    to: timeParameter,
    types: z
      .array(
        z.string().min(1).max(128).refine(isTypePattern, 'must be a pattern of event types, as payment.*.finished'),
      )
      .max(100)
      .exactOptional()
      .describe('Patterns: * is one segment, a trailing * the rest. Left out or empty: all that it wants'),
    cursor: pageCursorMember.exactOptional(),
  }),
);

const subjectMembers = { connectorId: z.string(), subject: z.string() };

export const backfillShape = named(
  'BackfillPage',
  z.object({
    backfillId: z.string().describe('The same on every page; part of the deduplication ids'),
    events: z.number().int().describe('That the queue took, on this page'),
    subjects: z.number().int(),
    skipped: z
      .array(z.object({ ...subjectMembers, version: z.number().int(), code: z.string(), message: z.string() }))
      .describe('The queue will never take this event; the later ones of its subject were not sent'),
    heldUpBy: z
      .object({ ...subjectMembers, code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the page ended where it did: `parked`, or what the queue answered. The cursor goes on there'),
    cursor: z.string().nullable().describe('null: done'),
  }),
);
