import { readAuditEntry } from '#shared/registry/audit-change.ts';
import { matchesAudit } from '#shared/registry/audit-filter.ts';
import { keptVersion } from '#shared/registry/kept-version.ts';
import type {
  AuditEntry,
  Connector,
  Merchant,
  RegistryStore,
  Subscription,
  WriteOutcome,
} from '#shared/registry/records.ts';
import { frozen } from './frozen.ts';
import { byText, pageOf } from './page-of.ts';

export interface MemoryRegistry extends RegistryStore {
  /** An entry for what writes no row of its own (raw callbacks read, parked deliveries released). */
  appendAudit(entry: AuditEntry): Promise<void>;
}

interface AuditRow {
  readonly order: string;
  readonly entry: AuditEntry;
}

/** A RegistryStore of Maps: each write and its audit entry together, on condition of the version that was read. */
export function createMemoryRegistry(): MemoryRegistry {
  const merchants = new Map<string, Merchant>();
  const connectors = new Map<string, Connector>();
  const versions = new Map<string, Connector>();
  const subscriptions = new Map<string, Subscription>();
  const audits: AuditRow[] = [];

  const audit = (entry: AuditEntry): void => {
    audits.push({ order: String(audits.length).padStart(10, '0'), entry: frozen(entry) });
  };
  const put = <T extends { readonly version: number }>(
    rows: Map<string, T>,
    key: string,
    row: T,
    expectedVersion: number | undefined,
    entry: AuditEntry,
  ): WriteOutcome => {
    if (rows.get(key)?.version !== expectedVersion) return 'conflict';
    rows.set(key, frozen(row));
    audit(entry);
    return 'written';
  };

  return {
    async merchant(merchantId) {
      return merchants.get(merchantId);
    },
    async merchants(page) {
      return pageOf('merchants', sorted(merchants), (row) => row.merchantId, page);
    },
    async putMerchant(row, expectedVersion, entry) {
      return put(merchants, row.merchantId, row, expectedVersion, entry);
    },
    async connector(connectorId) {
      return connectors.get(connectorId);
    },
    async connectors(query) {
      const own = sorted(connectors).filter(
        (row) => query.merchantId === undefined || row.merchantId === query.merchantId,
      );
      return pageOf('connectors', own, (row) => row.connectorId, query);
    },
    async putConnector(row, expectedVersion, entry) {
      const outcome = put(connectors, row.connectorId, row, expectedVersion, entry);
      if (outcome === 'written') versions.set(`${row.connectorId}#${row.version}`, frozen(keptVersion(row)));
      return outcome;
    },
    async connectorVersion(connectorId, version) {
      return versions.get(`${connectorId}#${version}`);
    },
    async subscription(merchantId, subscriptionId) {
      return subscriptions.get(`${merchantId}/${subscriptionId}`);
    },
    async subscriptionsOf(merchantId) {
      return sorted(subscriptions).filter((row) => row.merchantId === merchantId);
    },
    async putSubscription(row, expectedVersion, entry) {
      return put(subscriptions, `${row.merchantId}/${row.subscriptionId}`, row, expectedVersion, entry);
    },
    async deleteSubscription(merchantId, subscriptionId, entry) {
      if (subscriptions.delete(`${merchantId}/${subscriptionId}`)) audit(entry);
    },
    async audit(query) {
      const wanted = audits.filter(({ entry }) => matchesAudit(query, entry));
      const rows = pageOf('audit', wanted.toReversed(), (row) => row.order, query, true);
      return { items: rows.items.map((row) => readAuditEntry(JSON.stringify(row.entry))), cursor: rows.cursor };
    },
    async appendAudit(entry) {
      audit(entry);
    },
  };
}

function sorted<T>(rows: ReadonlyMap<string, T>): readonly T[] {
  return [...rows].sort(([a], [b]) => byText(a, b)).map(([, row]) => row);
}
