import * as z from 'zod';
import { CAUSES } from '#shared/gateways/variation.ts';
import { idShape, timeShape } from './common.ts';
import { named } from './named.ts';

export const triedShape = z.object({
  reading: z.string().describe('Which parts of the request it was made of'),
  textSha256: z.string().describe('Of the byte string that the signature was held against'),
  keyIds: z.array(z.string()),
});

const refusedMembers = {
  n: z.number().int().describe('Names it for explain and accept'),
  connectorId: z.string().optional(),
  at: timeShape,
  code: z.string(),
  detail: z.string(),
  method: z.string(),
  path: z.string(),
  bodyBytes: z.number().int(),
  bodySha256: z.string().optional(),
  headers: z.record(z.string(), z.string()).describe('Neither signatures nor credentials'),
  tried: z.array(triedShape).optional(),
  clockDifferenceMs: z.number().int().optional().describe('The date it claims minus ours'),
  kept: z
    .object({ bytes: z.number().int(), whole: z.boolean() })
    .optional()
    .describe('What is kept of its body, encrypted; absent: nothing'),
};

export const refusedListShape = named(
  'RefusedList',
  z.object({
    items: z.array(z.object(refusedMembers)).describe('The last 20, newest first'),
    counts: z.record(z.string(), z.number().int()).describe('How many were refused, by code'),
    cursor: z.null(),
  }),
);

export const causeShape = z.object({
  code: z.enum(CAUSES),
  certain: z.boolean().describe('false: what is left when all else was tried'),
  what: z.string(),
  cure: z.string(),
  changes: z
    .array(z.object({ pointer: z.string(), value: z.union([z.string(), z.boolean()]) }))
    .describe('Settings of the connector that remove it'),
  keyId: z.string().optional().describe('Of the secret that it is signed with'),
  connectorId: z.string().optional().describe('Whose secret that is, if another connector’s'),
});

export const explanationShape = named(
  'RefusedExplanation',
  z.object({
    ...refusedMembers,
    connectorId: idShape,
    verifiesNow: z.boolean().describe('true: accept takes it in'),
    causes: z.array(causeShape).describe('The likeliest first'),
  }),
);

export const acceptedShape = named(
  'RefusedAccepted',
  z.object({
    items: z
      .array(
        z.object({
          n: z.number().int(),
          outcome: z.enum(['stored', 'duplicate', 'refused', 'not_kept']),
          callbackId: z.string().optional(),
          code: z.string().optional().describe('Why it is refused again'),
          detail: z.string().optional(),
        }),
      )
      .describe('The oldest first'),
    stored: z.number().int().describe('How many came in with this call'),
  }),
);
