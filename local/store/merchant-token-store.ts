import type { DatabaseSync } from 'node:sqlite';
import type { MerchantTokenStore, MerchantTokens } from '#shared/registry/merchant-tokens.ts';
import type { AppendAudit } from './audit-trail.ts';
import type { Transactions } from './transactions.ts';

/** One row a merchant; each write and its audit entry in one transaction. */
export function merchantTokenStore(
  db: DatabaseSync,
  { read, write }: Pick<Transactions, 'read' | 'write'>,
  append: AppendAudit,
): MerchantTokenStore {
  const one = db.prepare('SELECT record FROM merchant_tokens WHERE merchant_id = ?');
  const insert = db.prepare(
    'INSERT INTO merchant_tokens (version, record, merchant_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = db.prepare('UPDATE merchant_tokens SET version = ?, record = ? WHERE merchant_id = ? AND version = ?');
  return {
    tokensOf: (merchantId) =>
      read(() => {
        const record = one.get(merchantId)?.['record'];
        return record === undefined ? undefined : (JSON.parse(String(record)) as MerchantTokens);
      }),
    putTokens: (tokens, expectedVersion, audit) =>
      write(() => {
        const values = [tokens.version, JSON.stringify(tokens), tokens.merchantId];
        const { changes } =
          expectedVersion === undefined ? insert.run(...values) : update.run(...values, expectedVersion);
        if (changes !== 1) return 'conflict';
        append(audit);
        return 'written';
      }),
  };
}
