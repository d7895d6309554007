import * as z from 'zod';
import {
  ANOMALY_CODES,
  CORRECTIONS,
  ERROR_CLASSES,
  INSTRUMENT_KINDS,
  INSTRUMENT_STATUSES,
  NOTICE_STATUSES,
  PENDING_REASONS,
  REASONS,
  RETRY_ADVICE,
  SCHEDULE_STATUSES,
  TOKEN_TYPES,
  TOKEN_WORDS,
  TRANSACTION_KINDS,
  TRANSACTION_STATUSES,
  UPDATE_RESULTS,
} from './vocabulary.ts';

/** zod models of the published data (interfaces.md, small print); the JSON Schemas are generated from them. */

const time = z.string().describe('ISO 8601 UTC with milliseconds');

export const moneySchema = z.object({
  value: z.string().describe("Decimal text in the currency's ISO 4217 exponent"),
  minor: z.number().int().nullable().describe('The same in minor units; null where that is impossible'),
  currency: z.string(),
});

export const anomalySchema = z.object({
  code: z.enum(ANOMALY_CODES).describe('Genuine but implausible, or not readable; later releases may know more codes'),
  field: z.string().optional().describe("Where: a path in the gateway's own names, or a member of this state"),
  value: z.string().optional().describe('The offending text, cut to 64 characters; never card or bank data'),
});

const errorSchema = z.object({
  class: z.enum(ERROR_CLASSES),
  advice: z.enum(RETRY_ADVICE),
  code: z.string().optional(),
  message: z.string().optional(),
  adapterCode: z.string().optional(),
  adapterMessage: z.string().optional(),
  merchantAdviceCode: z.string().optional(),
});

const instrumentSummarySchema = z.object({
  kind: z.enum(INSTRUMENT_KINDS),
  brand: z.string().optional(),
  lastFour: z.string().optional(),
  bin: z.string().optional(),
  expiryMonth: z.number().int().optional(),
  expiryYear: z.number().int().optional(),
  fingerprint: z.string().optional(),
  country: z.string().optional(),
  bank: z.string().optional(),
  cardType: z.string().optional(),
  walletType: z.string().optional(),
  threeDSecure: z.string().optional(),
  eci: z.string().optional(),
});

const customerProfileSchema = z.object({
  profileId: z.string().optional(),
  customerIdentification: z.string().optional(),
  paymentToken: z.string().optional(),
  preferred: z.boolean().optional(),
});

const riskSchema = z.object({
  result: z.enum(['APPROVED', 'DECLINED', 'REVIEW']),
  score: z.string().optional(),
  threeDSecureRequired: z.boolean().optional(),
});

const dccSchema = z.object({
  original: moneySchema.optional(),
  converted: moneySchema.optional(),
  rate: z.string().optional(),
  selectedCurrency: z.string().optional(),
  markUp: z.string().optional(),
  remoteId: z.string().optional(),
});

const splitSchema = z.object({
  id: z.string().optional(),
  amount: moneySchema.optional(),
  seller: z.string().optional(),
  sellerExternalId: z.string().optional(),
  commission: moneySchema.optional(),
});

const disputeSchema = z.object({
  stage: z.enum(['inquiry', 'chargeback', 'pre_arbitration', 'arbitration']).optional(),
  outcome: z.enum(['won', 'lost', 'accepted', 'withdrawn']).optional(),
  reason: z.string().optional(),
  respondBy: z.string().optional(),
  at: z.string().optional(),
  subType: z.string().optional(),
  chargebackId: z.string().optional(),
});

export const totalsSchema = z
  .object({
    currency: z.string().optional(),
    authorized: z.number().int(),
    captured: z.number().int(),
    refunded: z.number().int(),
    voided: z.number().int(),
    chargedBack: z.number().int(),
    reversed: z.number().int(),
    complete: z.boolean().describe('False where a known child could not be counted, or not every child is known'),
  })
  .describe('Sums over direct children that are FINISHED, in minor units');

export const transactionStateSchema = z.object({
  kind: z.enum([...TRANSACTION_KINDS, 'unknown']),
  status: z.enum(TRANSACTION_STATUSES),
  proven: z.boolean().describe('True once a verified push or an answer of the gateway said so'),
  final: z.boolean().describe('False where the gateway documents that the status may still change'),
  contradictory: z.boolean(),
  contradictions: z.array(z.enum(['status', 'amount'])).optional(),
  settled: z.literal(true).optional().describe('A contradiction was closed by asking the gateway'),
  unlinked: z.literal(true).optional(),
  unresolved: z.literal(true).optional(),
  cancelled: z.literal(true).optional(),
  riskReview: z.literal(true).optional().describe('FINISHED, but hold the goods'),
  pendingReason: z.enum(PENDING_REASONS).optional(),
  due: time.optional(),
  merchantReference: z.string().optional(),
  purchaseReference: z.string().optional(),
  originalId: z.string().optional(),
  instrumentId: z.string().optional(),
  scheduleId: z.string().optional(),
  amount: moneySchema.optional(),
  surcharge: moneySchema.optional(),
  total: moneySchema.optional(),
  correction: z
    .object({
      source: z.enum(CORRECTIONS.slice(1) as ['reconciliation', 'settlement']),
      original: moneySchema.optional(),
    })
    .optional(),
  totals: totalsSchema.optional(),
  paymentMethod: z.string().optional(),
  instrument: instrumentSummarySchema.optional(),
  error: errorSchema.optional(),
  customerProfile: customerProfileSchema.optional(),
  risk: riskSchema.optional(),
  dcc: dccSchema.optional(),
  splits: z.array(splitSchema).optional(),
  payByLink: z.object({ viaEmail: z.boolean().optional(), expiresAt: z.string().optional() }).optional(),
  metadata: z.string().optional(),
  schemeTransactionId: z.string().optional(),
  dispute: disputeSchema.optional(),
  tokenType: z.enum(TOKEN_TYPES).optional(),
  gatewayTime: z.string().optional(),
  anomalies: z.array(anomalySchema).optional(),
});
export type TransactionState = z.infer<typeof transactionStateSchema>;

export const scheduleStateSchema = z.object({
  kind: z.literal('schedule'),
  status: z.enum(SCHEDULE_STATUSES),
  proven: z.boolean(),
  uncertain: z.boolean(),
  scheduledAt: z.string().optional(),
  metadata: z.string().optional(),
  anomalies: z.array(anomalySchema).optional(),
});
export type ScheduleState = z.infer<typeof scheduleStateSchema>;

export const instrumentStateSchema = z.object({
  kind: z.enum([...INSTRUMENT_KINDS, 'unknown']),
  status: z.enum(INSTRUMENT_STATUSES),
  proven: z.boolean(),
  contradictory: z.boolean(),
  uncertain: z.boolean(),
  registration: z
    .enum(TRANSACTION_STATUSES)
    .optional()
    .describe('Status of the transaction that stored it, where known'),
  pan: z.object({ status: z.enum(INSTRUMENT_STATUSES) }),
  networkToken: z
    .object({ status: z.enum(INSTRUMENT_STATUSES), word: z.enum(TOKEN_WORDS).optional(), uncertain: z.boolean() })
    .optional(),
  lastUpdate: z.object({ date: z.string().optional(), result: z.enum(UPDATE_RESULTS) }).optional(),
  aliases: z.array(z.string()).optional(),
  summary: instrumentSummarySchema.optional(),
  anomalies: z.array(anomalySchema).optional(),
});
export type InstrumentState = z.infer<typeof instrumentStateSchema>;

export const noticeStateSchema = z.object({
  kind: z.literal('notice'),
  status: z.enum(NOTICE_STATUSES),
  proven: z.boolean(),
  reason: z.string(),
  detail: z.string().optional(),
  related: z.object({ type: z.string(), id: z.string() }).optional(),
});
export type NoticeState = z.infer<typeof noticeStateSchema>;

export type SubjectState = TransactionState | ScheduleState | InstrumentState | NoticeState;

/** What every event's data has around the state. */
const envelopeSchema = z.object({
  version: z.number().int().min(1),
  merchantId: z.string(),
  connectorId: z.string(),
  gateway: z.string(),
  id: z.string(),
  testMode: z.boolean(),
  previousStatus: z.string().optional(),
  reasons: z.array(z.enum(REASONS)),
  changes: z.array(z.string()).describe('Names of the members that differ from the version before'),
});
export const ENVELOPE_MEMBERS = Object.keys(envelopeSchema.shape);

const transactionDataSchema = envelopeSchema.extend(transactionStateSchema.shape);
const scheduleDataSchema = envelopeSchema.extend(scheduleStateSchema.shape);
const instrumentDataSchema = envelopeSchema.extend(instrumentStateSchema.shape);
const noticeDataSchema = envelopeSchema.extend(noticeStateSchema.shape);

export const dataSchemas = {
  transaction: transactionDataSchema,
  schedule: scheduleDataSchema,
  instrument: instrumentDataSchema,
  notice: noticeDataSchema,
} as const;
