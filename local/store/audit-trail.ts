import type { DatabaseSync } from 'node:sqlite';
import { readAuditEntry } from '#shared/registry/audit-change.ts';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type { AuditEntry, RegistryStore } from '#shared/registry/records.ts';
import { checkedLimit } from './keyset.ts';
import type { Transactions } from './transactions.ts';

/** Inside the transaction of the write that it is about. */
export type AppendAudit = (entry: AuditEntry) => void;

/** Read newest first until the page is full: whoever asks for rare ones reads the whole record, which is small. */
const LIST = `
  SELECT row, record FROM audit
  WHERE row < $start
    AND ($from IS NULL OR record ->> '$.at' >= $from)
    AND ($to IS NULL OR record ->> '$.at' < $to)
    AND ($merchant IS NULL OR record ->> '$.merchantId' = $merchant)
    AND ($resource IS NULL OR record ->> '$.resource' = $resource
      OR substr(record ->> '$.resource', 1, length($resource) + 1) = $resource || '/')
  ORDER BY row DESC LIMIT $most`;

/** The record of who changed what, in the order of the writes. */
export function auditTrail(
  db: DatabaseSync,
  { read }: Pick<Transactions, 'read'>,
): Pick<RegistryStore, 'audit'> & { readonly append: AppendAudit } {
  const insert = db.prepare('INSERT INTO audit (record) VALUES (?)');
  const list = db.prepare(LIST);
  return {
    append: (entry) => {
      insert.run(JSON.stringify(entry));
    },
    audit: ({ limit: asked, cursor, resource = null, from = null, to = null, merchantId = null }) =>
      read(() => {
        const limit = checkedLimit(asked);
        const start =
          cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(decodeCursor('audit', cursor, ['number'])[0]);
        const rows = list.all({
          ...{ $start: start, $from: from, $to: to, $merchant: merchantId, $resource: resource },
          $most: limit + 1,
        });
        const items = rows.slice(0, limit);
        const last = Number(items.at(-1)?.['row'] ?? 0);
        return {
          items: items.map((row) => readAuditEntry(String(row['record']))),
          cursor: rows.length > limit ? encodeCursor('audit', [last]) : null,
        };
      }),
  };
}
