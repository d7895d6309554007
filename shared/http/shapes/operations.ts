import * as z from 'zod';
import { GATEWAY_NAMES } from '#shared/gateways/gateway-names.ts';
import { SOURCES } from '#shared/model/vocabulary.ts';
import { idShape, timeParameter, timeShape } from './common.ts';
import { listOf, named } from './named.ts';
import { verdictShape } from './subjects.ts';

export const NOTABLE_OUTCOMES = ['unrecognized', 'contradictory', 'anomaly', 'failed'] as const;

const callbackMembers = {
  callbackId: z.string(),
  connectorId: z.string(),
  merchantId: z.string(),
  gateway: z.enum(GATEWAY_NAMES),
  source: z.enum(SOURCES),
  mode: z.enum(['live', 'test']),
  receivedAt: timeShape,
  method: z.string(),
  path: z.string(),
  rawQuery: z.string(),
  verdict: verdictShape.optional().describe('Absent: not proven by a signature'),
  bodySha256: z.string(),
  outcome: z
    .enum(['changed', 'unchanged', ...NOTABLE_OUTCOMES])
    .nullable()
    .describe('null: stored and acknowledged, not applied yet'),
};

export const callbackListShape = listOf('CallbackList', named('Callback', z.object(callbackMembers)));

export const rawCallbackShape = named(
  'RawCallback',
  z.object({
    ...callbackMembers,
    headers: z.record(z.string(), z.string()).describe('Those that matter'),
    declared: z.record(z.string(), z.string()).describe('Signed or declared parts beside the body'),
    bodyBase64: z.string().describe('The bytes as they came, numbers of cards and accounts masked unless raw=true'),
    masked: z.number().int().describe('How many runs of characters of the body are masked'),
  }),
);

export const confirmationShape = named(
  'Confirmation',
  z
    .object({
      connectorId: z.string(),
      merchantId: z.string(),
      subject: z.string().optional(),
      merchantReference: z.string().optional().describe('Whatever the gateway has under it'),
      span: z.object({ from: timeShape, to: timeShape }).optional().describe('What changed in it: to exclusive'),
      reason: z.string().describe('Why it is asked: contradictory, hint, overdue …'),
      evidenceDigest: z.string().describe('Names the question within what it is about'),
      causeId: z.string().optional().describe('The callback that gave rise to it'),
      at: timeShape.describe('When it was put'),
      due: timeShape.optional().describe('When the payment was due'),
      state: z.enum(['waiting', 'done', 'given_up']),
      nextAt: timeShape.nullable().describe('When the gateway is asked next'),
      attempts: z.number().int().describe('How often the gateway was asked'),
      lastOutcome: z.string().optional().describe('Why there is no answer yet: not_found, not_allowed, down …'),
      lastDetail: z.string().optional(),
      cursor: z.string().optional().describe('Of a span: where the next page begins'),
      found: z.number().int().optional().describe('Of a span: how many statements came out so far'),
      notes: z.array(z.string()).optional().describe('Of a span: what was not done'),
    })
    .describe('A question to the gateway, asked in turn within its rate limits'),
);

export const confirmationListShape = named(
  'ConfirmationList',
  z.object({
    items: z.array(confirmationShape),
    count: z.number().int().describe('Of all that wait, not of this page'),
    cursor: z.string().nullable(),
  }),
);

export const parkedListShape = listOf(
  'ParkedList',
  named(
    'Parked',
    z
      .object({
        merchantId: z.string(),
        subscriptionId: z.string(),
        connectorId: z.string(),
        subject: z.string(),
        from: z.number().int().describe('The first version that waits'),
        upTo: z.number().int().describe('The last'),
        attempts: z.number().int(),
        nextAt: timeShape.nullable(),
        state: z.enum(['waiting', 'paused', 'dead']).describe('dead: waits for POST /parked/…/redrive'),
        parkedAt: timeShape,
        lastError: z.string(),
      })
      .describe('Events of one subject that wait for a queue that refused'),
  ),
);

export const redriveShape = named('Redrive', z.object({ released: z.number().int() }));

export const failedListShape = listOf(
  'FailedList',
  named(
    'Failed',
    z.object({
      callbackId: z.string(),
      connectorId: z.string(),
      code: z.string(),
      message: z.string(),
      release: z.string(),
      at: timeShape,
    }),
  ),
);

export const auditListShape = listOf(
  'AuditList',
  named(
    'AuditEntry',
    z.object({
      at: timeShape,
      who: z.string(),
      what: z.string(),
      resource: z.string(),
      changes: z
        .array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }))
        .describe('What changed; of secrets and of long values the name alone'),
      merchantId: z.string().optional().describe('The merchant that acted; absent: an operator'),
    }),
  ),
);

export const statusShape = named(
  'Status',
  z
    .object({
      inbox: z.object({ unapplied: z.number().int() }),
      relay: z.object({ unpublished: z.number().int() }),
      parked: z.number().int(),
      failed: z.number().int(),
      confirmations: z.number().int(),
    })
    .describe('All zero: everything that was acknowledged is processed and delivered'),
);

export const reportBody = named(
  'Report',
  z.strictObject({
    connectorId: idShape,
    result: z.unknown().optional().describe("The gateway's synchronous answer, verbatim"),
    request: z.unknown().optional().describe('{transactionType, referenceUuid?, tokenType?, amount?, currency?}'),
    merchantReference: z
      .string()
      .min(1)
      .max(512)
      .exactOptional()
      .describe('Instead of result: the payment is expected, and looked for when it is due'),
    due: timeParameter.exactOptional().describe('Of an expectation; left out: an hour from now'),
  }),
);

export const reportStoredShape = named(
  'ReportStored',
  z.object({ effect: z.literal('stored'), callbackId: z.string(), subject: z.string() }),
);

export const reportNoneShape = named('ReportNone', z.object({ effect: z.literal('none'), why: z.string() }));
