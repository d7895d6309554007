import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { HeadRow, LedgerQuery, LedgerStore } from '#shared/pipeline/ports.ts';
import { type HeadRecord, headRow } from './head-store.ts';
import { checkedLimit, earlier, keysetOf, LATEST, placeBefore, preparedOnce, takePage } from './keyset.ts';
import { subjectKey } from './subjects.ts';
import type { Transactions } from './transactions.ts';

const LIST = 'subjects';

/** Heads looked at for one page where the index leaves something to filter: some 20 ms. The page may then be short. */
const MOST_EXAMINED = 2000;

/** The kind that most subjects have: an index by it would lead through nearly all of them. */
const COMMONEST_KIND = 'debit';

interface Access {
  /** Ends in `WHERE … AND`, or in `WHERE`. */
  readonly from: string;
  readonly values: readonly SQLInputValue[];
  readonly side?: boolean;
}

/** Newest first by creation, through the index that leaves least to filter. */
export function findHeads(db: DatabaseSync, transactions: Transactions): LedgerStore['find'] {
  const prepared = preparedOnce(db);
  return (query) =>
    transactions.read(() => {
      const limit = checkedLimit(query.limit);
      const { from, values, side } = accessOf(query);
      const place = side ? 'side' : 'head';
      const end = query.to === undefined ? LATEST : placeBefore(query.to);
      const start = query.cursor === undefined ? end : earlier(end, keysetOf(LIST, query.cursor));
      const rows = prepared(
        `SELECT head.*, subject.name FROM ${from}
         ${place}.created_at >= ? AND (${place}.created_at, ${place}.subject_no) < (?, ?)
         ORDER BY ${place}.created_at DESC, ${place}.subject_no DESC LIMIT ?`,
      ).iterate(...values, query.from ?? '', start.at, start.row, MOST_EXAMINED + 1);
      return takePage(
        LIST,
        rows as Iterable<unknown> as Iterable<HeadRecord & { readonly name: string }>,
        { limit, examined: MOST_EXAMINED },
        (record) => ({ at: record.created_at, row: record.subject_no }),
        (record) => fitting(headRow(subjectKey(record.name), record), query),
      );
    });
}

function accessOf(query: LedgerQuery): Access {
  const { type, merchantId, connectorId, kind, status, alias, flag } = query;
  if (alias !== undefined) return sideAccess('head_alias', 'alias', alias, type);
  const reference = referenceAccess(query);
  if (reference !== undefined) return reference;
  if (flag !== undefined) return sideAccess('head_flag', 'flag', flag, type);
  if (kind !== undefined && kind !== COMMONEST_KIND) return access('head_by_kind', { subject_type: type, kind });
  if (connectorId !== undefined) return access('head_by_connector', { connector_id: connectorId, subject_type: type });
  if (merchantId !== undefined && status !== undefined) {
    return access('head_by_merchant_status', { merchant_id: merchantId, subject_type: type, status });
  }
  if (merchantId !== undefined) return access('head_by_merchant', { merchant_id: merchantId, subject_type: type });
  if (status !== undefined) return access('head_by_status', { subject_type: type, status });
  if (kind !== undefined) return access('head_by_kind', { subject_type: type, kind });
  return access('head_by_time', { subject_type: type });
}

function referenceAccess({ type, merchantReference, purchaseReference }: LedgerQuery): Access | undefined {
  if (merchantReference !== undefined) {
    return access('head_by_merchant_reference', { merchant_reference: merchantReference, subject_type: type });
  }
  if (purchaseReference !== undefined) {
    return access('head_by_purchase_reference', { purchase_reference: purchaseReference, subject_type: type });
  }
  return undefined;
}

function access(index: string, columns: Readonly<Record<string, string>>): Access {
  const where = Object.keys(columns).map((column) => `head.${column} = ? AND`);
  return {
    from: `head INDEXED BY ${index} CROSS JOIN subject ON subject.no = head.subject_no WHERE ${where.join(' ')}`,
    values: Object.values(columns),
  };
}

function sideAccess(table: string, column: string, word: string, type: string): Access {
  return {
    from: `${table} AS side CROSS JOIN head ON head.subject_no = side.subject_no
      CROSS JOIN subject ON subject.no = side.subject_no WHERE side.${column} = ? AND side.subject_type = ? AND`,
    values: [word, type],
    side: true,
  };
}

/** What the index has not decided. */
function fitting(head: HeadRow, query: LedgerQuery): HeadRow | undefined {
  const fits =
    (query.merchantId ?? head.merchantId) === head.merchantId &&
    (query.connectorId ?? head.key.connectorId) === head.key.connectorId &&
    (query.kind ?? head.kind) === head.kind &&
    (query.status ?? head.status) === head.status &&
    (query.mode ?? head.mode) === head.mode &&
    (query.merchantReference ?? head.merchantReference) === head.merchantReference &&
    (query.purchaseReference ?? head.purchaseReference) === head.purchaseReference &&
    (query.alias === undefined || head.aliases.includes(query.alias)) &&
    (query.flag === undefined || head.flags.includes(query.flag));
  return fits ? head : undefined;
}
