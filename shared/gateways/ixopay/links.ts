import type { TransactionNotification } from '#shared/model/notification.ts';
import type { TransactionKind } from '#shared/model/vocabulary.ts';
import { disputeData } from './amounts.ts';
import type { FieldReader } from './field-reader.ts';

export interface Links {
  readonly original?: NonNullable<TransactionNotification['original']>;
  /** Deregister: the instrument that is removed. */
  readonly deregisters?: string;
  /** Debit, preauthorize, payout: the stored instrument that is charged. */
  readonly instrumentId?: string;
}

const CHANGE_AN_ORIGINAL: ReadonlySet<TransactionKind> = new Set([
  'capture',
  'void',
  'refund',
  'incremental_authorization',
  'chargeback',
  'chargeback_reversal',
]);
const USE_AN_INSTRUMENT: ReadonlySet<TransactionKind> = new Set(['debit', 'preauthorize', 'payout']);

/**
 * What a transaction refers to (model.md 4): what `referenceUuid` names depends on the kind, and a chargeback or reversal
 * brings its own `originalUuid`. `knownParent` is the original that was known when a fetched row was asked for.
 */
export function readLinks(
  callback: FieldReader,
  id: string,
  kind: TransactionKind | undefined,
  knownParent: string | undefined,
): Links {
  if (kind === undefined) return {};
  const reference = otherThan(callback, 'referenceUuid', id);
  if (kind === 'deregister') return reference === undefined ? {} : { deregisters: reference };
  if (USE_AN_INSTRUMENT.has(kind)) return reference === undefined ? {} : { instrumentId: reference };
  if (!CHANGE_AN_ORIGINAL.has(kind)) return {};
  const dispute = disputeData(callback, kind);
  const disputed = dispute && otherThan(dispute, 'originalUuid', id);
  if (disputed !== undefined) {
    return { original: { id: disputed, link: kind === 'chargeback' ? 'chargeback' : 'reversal' } };
  }
  const original = reference ?? knownParent;
  return original === undefined ? {} : { original: { id: original, link: 'reference' } };
}

/** A transaction that names itself would be its own child. */
function otherThan(fields: FieldReader, name: string, id: string): string | undefined {
  const other = fields.subjectId(name);
  return other === id ? fields.flag('refers_to_itself', name) : other;
}
