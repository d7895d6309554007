import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HeadRow, LedgerStore, Mode } from '#shared/pipeline/ports.ts';
import { checkedLimit } from './keyset.ts';
import { type Subjects, subjectKey } from './subjects.ts';
import type { Transactions } from './transactions.ts';

/** The columns of `head` that make a HeadRow. */
export interface HeadRecord {
  readonly subject_no: number;
  readonly version: number;
  readonly merchant_id: string;
  readonly mode: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly kind: string;
  readonly status: string;
  readonly merchant_reference: string | null;
  readonly purchase_reference: string | null;
  readonly flags: string;
  readonly aliases: string;
  readonly due: string | null;
}

const COLUMNS = [
  'subject_no',
  'subject_type',
  'connector_id',
  'merchant_id',
  'version',
  'mode',
  'created_at',
  'updated_at',
  'kind',
  'status',
  'merchant_reference',
  'purchase_reference',
  'flags',
  'aliases',
  'due',
  'open_due',
] as const;

/** The head of a subject; part of `newest`, inside one turn of the connection. */
export type HeadOf = (key: SubjectKey, subjectNo: number) => HeadRow | undefined;

export function headIn(db: DatabaseSync): HeadOf {
  const select = db.prepare(`SELECT ${COLUMNS.join(', ')} FROM head WHERE subject_no = ?`);
  return (key, subjectNo) => {
    const record = select.get(subjectNo);
    return record === undefined ? undefined : headRow(key, record as unknown as HeadRecord);
  };
}

export function headStore(
  db: DatabaseSync,
  transactions: Transactions,
  subjects: Subjects,
): Pick<LedgerStore, 'moveHead' | 'dueHeads' | 'takeDue'> {
  const headOf = headIn(db);
  const upsert = db.prepare(
    `INSERT INTO head (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
     ON CONFLICT (subject_no) DO UPDATE SET
     ${COLUMNS.slice(1)
       .map((column) => `${column} = excluded.${column}`)
       .join(', ')}`,
  );
  const due = db.prepare(
    `SELECT head.*, subject.name FROM head INDEXED BY head_by_open_due
     CROSS JOIN subject ON subject.no = head.subject_no
     WHERE head.open_due <= ? ORDER BY head.open_due LIMIT ?`,
  );
  const take = db.prepare('UPDATE head SET open_due = NULL WHERE subject_no = ? AND version = ?');
  const flags = lookUpTable(db, 'head_flag', 'flag');
  const aliases = lookUpTable(db, 'head_alias', 'alias');

  return {
    moveHead: (head) =>
      transactions.write(() => {
        const no = subjects.findOrAdd(head.key);
        const old = headOf(head.key, no);
        if (old !== undefined && old.version >= head.version) return 'stays';
        upsert.run(...values(no, head));
        flags.replace(no, head.key, placed(old, old?.flags), placed(head, head.flags));
        aliases.replace(no, head.key, placed(old, old?.aliases), placed(head, head.aliases));
        return 'moved';
      }),
    dueHeads: (now, limit) =>
      transactions.read(() => {
        const records = due.all(now, checkedLimit(limit)) as unknown as (HeadRecord & { readonly name: string })[];
        return records.map((record) => headRow(subjectKey(record.name), record));
      }),
    takeDue: (key, version) =>
      transactions.write(() => {
        const no = subjects.find(key);
        return no !== undefined && take.run(no, version).changes > 0;
      }),
  };
}

function values(no: number, head: HeadRow): SQLInputValue[] {
  return [
    no,
    head.key.type,
    head.key.connectorId,
    head.merchantId,
    head.version,
    head.mode,
    head.createdAt,
    head.updatedAt,
    head.kind,
    head.status,
    head.merchantReference ?? null,
    head.purchaseReference ?? null,
    JSON.stringify(head.flags),
    JSON.stringify(head.aliases),
    head.due ?? null,
    head.status === 'PENDING' ? (head.due ?? null) : null,
  ];
}

export function headRow(key: SubjectKey, record: HeadRecord): HeadRow {
  return {
    key,
    version: record.version,
    merchantId: record.merchant_id,
    mode: record.mode as Mode,
    createdAt: record.created_at,
    updatedAt: record.updated_at,
    kind: record.kind,
    status: record.status,
    ...(record.merchant_reference === null ? {} : { merchantReference: record.merchant_reference }),
    ...(record.purchase_reference === null ? {} : { purchaseReference: record.purchase_reference }),
    flags: JSON.parse(record.flags) as string[],
    aliases: JSON.parse(record.aliases) as string[],
    ...(record.due === null ? {} : { due: record.due }),
  };
}

interface Placed {
  readonly createdAt: string;
  readonly words: readonly string[];
}

function placed(head: HeadRow | undefined, words: readonly string[] | undefined): Placed {
  return { createdAt: head?.createdAt ?? '', words: words ?? [] };
}

/** A side table with one row for each word of a list, sorted as the lists of heads are. */
function lookUpTable(db: DatabaseSync, table: string, column: string) {
  const add = db.prepare(
    `INSERT OR IGNORE INTO ${table} (${column}, subject_type, created_at, subject_no) VALUES (?, ?, ?, ?)`,
  );
  const remove = db.prepare(
    `DELETE FROM ${table} WHERE ${column} = ? AND subject_type = ? AND created_at = ? AND subject_no = ?`,
  );
  return {
    replace(no: number, key: SubjectKey, from: Placed, to: Placed): void {
      if (from.createdAt === to.createdAt && JSON.stringify(from.words) === JSON.stringify(to.words)) return;
      for (const word of from.words) remove.run(word, key.type, from.createdAt, no);
      for (const word of to.words) add.run(word, key.type, to.createdAt, no);
    },
  };
}
