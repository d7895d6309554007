import {
  INSTRUMENT_KINDS,
  INSTRUMENT_STATUSES,
  NOTICE_STATUSES,
  SCHEDULE_STATUSES,
  type SubjectType,
  TRANSACTION_KINDS,
  TRANSACTION_STATUSES,
} from '#shared/model/vocabulary.ts';
import type { Column } from '../table-export.ts';

/** What differs between the four kinds of subjects in the API. */
export interface SubjectSpec {
  readonly type: SubjectType;
  /** Path segment and beginning of operation ids. */
  readonly plural: string;
  readonly title: string;
  readonly kinds: readonly string[];
  readonly statuses: readonly string[];
  /** Filters of its list beyond those that all lists have. */
  readonly filters: readonly ('kind' | 'merchantReference' | 'purchaseReference' | 'alias')[];
  /** Columns of the CSV, in this order; new ones are appended only. */
  readonly columns: readonly Column[];
}

const same = (name: string): Column => [name, name];
const ENVELOPE = ['connectorId', 'id', 'merchantId', 'gateway', 'testMode', 'version', 'createdAt', 'updatedAt'].map(
  same,
);

const TRANSACTION_COLUMNS: readonly Column[] = [
  ...ENVELOPE,
  ...['merchantReference', 'purchaseReference', 'kind', 'status', 'proven', 'final', 'contradictory'].map(same),
  ...['pendingReason', 'due', 'unresolved', 'unlinked', 'riskReview', 'originalId', 'paymentMethod'].map(same),
  ['amount', 'amount.value'],
  ['amountMinor', 'amount.minor'],
  ['currency', 'amount.currency'],
  ['surcharge', 'surcharge.value'],
  ['total', 'total.value'],
  ['authorizedMinor', 'totals.authorized'],
  ['capturedMinor', 'totals.captured'],
  ['refundedMinor', 'totals.refunded'],
  ['voidedMinor', 'totals.voided'],
  ['chargedBackMinor', 'totals.chargedBack'],
  ['reversedMinor', 'totals.reversed'],
  ['totalsComplete', 'totals.complete'],
  ['errorClass', 'error.class'],
  ['errorAdvice', 'error.advice'],
  ['errorCode', 'error.code'],
  ['errorMessage', 'error.message'],
  ['adapterCode', 'error.adapterCode'],
  ['adapterMessage', 'error.adapterMessage'],
  ['brand', 'instrument.brand'],
  ['lastFour', 'instrument.lastFour'],
  ['scheduleId', 'scheduleId'],
  ['metadata', 'metadata'],
];

export const SUBJECT_SPECS: readonly SubjectSpec[] = [
  {
    type: 'transaction',
    plural: 'transactions',
    title: 'Transaction',
    kinds: [...TRANSACTION_KINDS, 'unknown'],
    statuses: TRANSACTION_STATUSES,
    filters: ['kind', 'merchantReference', 'purchaseReference'],
    columns: TRANSACTION_COLUMNS,
  },
  {
    type: 'schedule',
    plural: 'schedules',
    title: 'Schedule',
    kinds: ['schedule'],
    statuses: SCHEDULE_STATUSES,
    filters: [],
    columns: [...ENVELOPE, ...['status', 'proven', 'uncertain', 'scheduledAt', 'metadata'].map(same)],
  },
  {
    type: 'instrument',
    plural: 'instruments',
    title: 'Instrument',
    kinds: [...INSTRUMENT_KINDS, 'unknown'],
    statuses: INSTRUMENT_STATUSES,
    filters: ['kind', 'alias'],
    columns: [
      ...ENVELOPE,
      ...['kind', 'status', 'proven', 'contradictory', 'uncertain'].map(same),
      ['panStatus', 'pan.status'],
      ['networkTokenStatus', 'networkToken.status'],
      ['lastUpdateDate', 'lastUpdate.date'],
      ['lastUpdateResult', 'lastUpdate.result'],
      ['brand', 'summary.brand'],
      ['lastFour', 'summary.lastFour'],
      ['expiryMonth', 'summary.expiryMonth'],
      ['expiryYear', 'summary.expiryYear'],
    ],
  },
  {
    type: 'notice',
    plural: 'notices',
    title: 'Notice',
    kinds: ['notice'],
    statuses: NOTICE_STATUSES,
    filters: [],
    columns: [
      ...ENVELOPE,
      ...['status', 'reason', 'detail'].map(same),
      ['relatedType', 'related.type'],
      ['relatedId', 'related.id'],
    ],
  },
];
