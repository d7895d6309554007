import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import { keptVersion } from '#shared/registry/kept-version.ts';
import { decodeCursor, encodeCursor } from '#shared/registry/page-cursor.ts';
import type {
  Connector,
  Merchant,
  Page,
  PageRequest,
  RegistryStore,
  Subscription,
  WriteOutcome,
} from '#shared/registry/records.ts';
import { type AppendAudit, auditTrail } from './audit-trail.ts';
import { checkedLimit } from './keyset.ts';
import { openReadOnly } from './open-database.ts';
import type { Transactions } from './transactions.ts';

type MerchantStore = Pick<RegistryStore, 'merchant' | 'merchants' | 'putMerchant'>;
type ConnectorStore = Pick<RegistryStore, 'connector' | 'connectors' | 'connectorVersion' | 'putConnector'>;
type SubscriptionStore = Pick<
  RegistryStore,
  'subscription' | 'subscriptionsOf' | 'putSubscription' | 'deleteSubscription'
>;

/** Merchants, connectors and subscriptions, listed by id; each write and its audit entry in one transaction. */
export function registryStore(db: DatabaseSync, transactions: Transactions): RegistryStore & AuditLog {
  const trail = auditTrail(db, transactions);
  return {
    ...merchantStore(db, transactions, trail.append),
    ...connectorStore(db, transactions, trail.append),
    ...subscriptionStore(db, transactions, trail.append),
    audit: trail.audit,
    appendAudit: (entry) => transactions.write(() => trail.append(entry)),
  };
}

/** The HTTP thread's view of the registry: `receive` looks connectors up. The pump thread must have made the file. */
export function openRegistryReader(path: string): {
  readonly connector: RegistryStore['connector'];
  readonly close: () => void;
} {
  const db = openReadOnly(path);
  const connector = recordBy<Connector>(db, 'SELECT record FROM connector WHERE connector_id = ?');
  return { connector: async (connectorId) => connector(connectorId), close: () => db.close() };
}

function merchantStore(db: DatabaseSync, { read, write }: Transactions, append: AppendAudit): MerchantStore {
  const one = recordBy<Merchant>(db, 'SELECT record FROM merchant WHERE merchant_id = ?');
  const list = db.prepare(
    'SELECT merchant_id AS id, record FROM merchant WHERE merchant_id > ? ORDER BY merchant_id LIMIT ?',
  );
  const insert = db.prepare(
    'INSERT INTO merchant (version, record, merchant_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = db.prepare('UPDATE merchant SET version = ?, record = ? WHERE merchant_id = ? AND version = ?');
  return {
    merchant: (merchantId) => read(() => one(merchantId)),
    merchants: (page) => read(() => pageById<Merchant>('merchants', list, [], page)),
    putMerchant: (merchant, expectedVersion, audit) =>
      write(() => {
        const values = [merchant.version, JSON.stringify(merchant), merchant.merchantId];
        return conditional(insert, update, values, expectedVersion, () => append(audit));
      }),
  };
}

function connectorStore(db: DatabaseSync, { read, write }: Transactions, append: AppendAudit): ConnectorStore {
  const one = recordBy<Connector>(db, 'SELECT record FROM connector WHERE connector_id = ?');
  const list = db.prepare(
    'SELECT connector_id AS id, record FROM connector WHERE connector_id > ? ORDER BY connector_id LIMIT ?',
  );
  const listOf = db.prepare(
    'SELECT connector_id AS id, record FROM connector WHERE merchant_id = ? AND connector_id > ? ORDER BY connector_id LIMIT ?',
  );
  const insert = db.prepare(
    'INSERT INTO connector (merchant_id, version, record, connector_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = db.prepare(
    'UPDATE connector SET merchant_id = ?, version = ?, record = ? WHERE connector_id = ? AND version = ?',
  );
  const keep = db.prepare('INSERT INTO connector_version (connector_id, version, record) VALUES (?, ?, ?)');
  const kept = recordBy<Connector>(db, 'SELECT record FROM connector_version WHERE connector_id = ? AND version = ?');
  return {
    connector: (connectorId) => read(() => one(connectorId)),
    connectorVersion: (connectorId, version) => read(() => kept(connectorId, version)),
    connectors: (query) =>
      read(() =>
        query.merchantId === undefined
          ? pageById<Connector>('connectors', list, [], query)
          : pageById<Connector>('connectors', listOf, [query.merchantId], query),
      ),
    putConnector: (connector, expectedVersion, audit) =>
      write(() => {
        const { merchantId, version, connectorId } = connector;
        const values = [merchantId, version, JSON.stringify(connector), connectorId];
        return conditional(insert, update, values, expectedVersion, () => {
          keep.run(connectorId, version, JSON.stringify(keptVersion(connector)));
          append(audit);
        });
      }),
  };
}

function subscriptionStore(db: DatabaseSync, { read, write }: Transactions, append: AppendAudit): SubscriptionStore {
  const one = recordBy<Subscription>(
    db,
    'SELECT record FROM subscription WHERE merchant_id = ? AND subscription_id = ?',
  );
  const listOf = db.prepare('SELECT record FROM subscription WHERE merchant_id = ? ORDER BY subscription_id');
  const insert = db.prepare(
    'INSERT INTO subscription (version, record, merchant_id, subscription_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = db.prepare(
    'UPDATE subscription SET version = ?, record = ? WHERE merchant_id = ? AND subscription_id = ? AND version = ?',
  );
  const remove = db.prepare('DELETE FROM subscription WHERE merchant_id = ? AND subscription_id = ?');
  return {
    subscription: (merchantId, subscriptionId) => read(() => one(merchantId, subscriptionId)),
    subscriptionsOf: (merchantId) =>
      read(() => listOf.all(merchantId).map((row) => JSON.parse(String(row['record'])) as Subscription)),
    putSubscription: (subscription, expectedVersion, audit) =>
      write(() => {
        const { merchantId, subscriptionId, version } = subscription;
        const values = [version, JSON.stringify(subscription), merchantId, subscriptionId];
        return conditional(insert, update, values, expectedVersion, () => append(audit));
      }),
    deleteSubscription: (merchantId, subscriptionId, audit) =>
      write(() => {
        if (remove.run(merchantId, subscriptionId).changes === 1) append(audit);
      }),
  };
}

/** Inserts where no row is expected, else updates the row at that version; the audit entry only with the write. */
function conditional(
  insert: StatementSync,
  update: StatementSync,
  values: readonly SQLInputValue[],
  expectedVersion: number | undefined,
  written: () => void,
): WriteOutcome {
  const { changes } = expectedVersion === undefined ? insert.run(...values) : update.run(...values, expectedVersion);
  if (changes !== 1) return 'conflict';
  written();
  return 'written';
}

function recordBy<T>(db: DatabaseSync, sql: string): (...key: SQLInputValue[]) => T | undefined {
  const select = db.prepare(sql);
  return (...key) => {
    const record = select.get(...key)?.['record'];
    return record === undefined ? undefined : (JSON.parse(String(record)) as T);
  };
}

function pageById<T>(list: string, statement: StatementSync, filter: SQLInputValue[], page: PageRequest): Page<T> {
  const limit = checkedLimit(page.limit);
  const start = page.cursor === undefined ? '' : String(decodeCursor(list, page.cursor, ['string'])[0]);
  const rows = statement.all(...filter, start, limit + 1);
  const items = rows.slice(0, limit);
  return {
    items: items.map((row) => JSON.parse(String(row['record'])) as T),
    cursor: rows.length > limit ? encodeCursor(list, [String(items.at(-1)?.['id'])]) : null,
  };
}
