import * as z from 'zod';
import { eventSchema } from '#shared/model/event.ts';
import { anomalySchema, dataSchemas, moneySchema, totalsSchema } from '#shared/model/state.ts';
import { SOURCES } from '#shared/model/vocabulary.ts';
import { timeShape } from './common.ts';
import { listOf, named } from './named.ts';

named('Money', moneySchema);
named('Anomaly', anomalySchema);
named('Totals', totalsSchema);
named('TransactionData', dataSchemas.transaction);
named('ScheduleData', dataSchemas.schedule);
named('InstrumentData', dataSchemas.instrument);
named('NoticeData', dataSchemas.notice);

const ownTimes = {
  createdAt: timeShape.optional().describe('Time of version 1'),
  updatedAt: timeShape.optional().describe('Time of the newest version'),
};

/** A subject as it is looked up: the data of its newest version, flat, and our own times. */
export const subjectShapes = {
  transaction: named('Transaction', dataSchemas.transaction.extend(ownTimes)),
  schedule: named('Schedule', dataSchemas.schedule.extend(ownTimes)),
  instrument: named('Instrument', dataSchemas.instrument.extend(ownTimes)),
  notice: named('Notice', dataSchemas.notice.extend(ownTimes)),
} as const;

export const subjectListShapes = {
  transaction: listOf('TransactionList', subjectShapes.transaction),
  schedule: listOf('ScheduleList', subjectShapes.schedule),
  instrument: listOf('InstrumentList', subjectShapes.instrument),
  notice: listOf('NoticeList', subjectShapes.notice),
} as const;

const eventShape = named('Event', eventSchema);
export const eventListShape = listOf('EventList', eventShape);

export const verdictShape = named(
  'Verdict',
  z
    .object({
      keyId: z.string(),
      algorithm: z.string(),
      contentType: z.enum(['received', 'canonical']).optional(),
      date: z.enum(['Date', 'X-Date']).optional(),
      path: z.enum(['registered', 'received']).optional(),
      payload: z
        .enum(['body', 'payload', 'payload-compact', 'decrypted'])
        .optional()
        .describe('Which bytes were signed, where the gateway leaves a choice'),
    })
    .describe('How the signature was proven: which key, which algorithm, which reading of the request'),
);

export const historyListShape = listOf(
  'HistoryList',
  named(
    'HistoryLine',
    z.object({
      callbackId: z.string(),
      receivedAt: timeShape.optional().describe('Absent: the callback is no longer kept'),
      source: z.enum(SOURCES).optional(),
      verdict: verdictShape.optional().describe('Absent: not proven by a signature'),
      outcome: z.enum(['changed', 'quiet', 'unchanged']),
      version: z.number().int().describe('The version it made, or met where it changed nothing'),
      bodySha256: z.string().optional(),
    }),
  ),
);

export const purchaseShape = named(
  'Purchase',
  z.object({
    reference: z.string(),
    paid: z.boolean(),
    paidBy: z
      .array(z.object({ connectorId: z.string(), id: z.string() }))
      .describe('The attempts that moved money: FINISHED debits, and preauthorizations that were captured'),
    complete: z.boolean().describe('False: there are more attempts than an answer holds'),
    items: z.array(subjectShapes.transaction).describe('All attempts, newest first'),
    cursor: z.null(),
  }),
);
