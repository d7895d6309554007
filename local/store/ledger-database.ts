import type { DatabaseSync } from 'node:sqlite';
import type { LedgerStore } from '#shared/pipeline/ports.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import type { MerchantTokenStore } from '#shared/registry/merchant-tokens.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import { auditTrail } from './audit-trail.ts';
import { type DeliveryDatabase, deliveryStore } from './delivery-store.ts';
import { findHeads } from './find-heads.ts';
import { headIn, headStore } from './head-store.ts';
import { LEDGER_MIGRATIONS } from './ledger-schema.ts';
import { merchantTokenStore } from './merchant-token-store.ts';
import { openDatabase } from './open-database.ts';
import { outcomeStore } from './outcome-store.ts';
import { type PositionStore, positionStore } from './position-store.ts';
import { registryStore } from './registry-store.ts';
import { subjectsIn } from './subjects.ts';
import { type Transactions, transactionsOn } from './transactions.ts';
import { newestVersionIn, type VersionStore, versionStore } from './version-store.ts';

/** The pump thread's stores: the one writer of `ledger.db`. */
export interface LedgerDatabase {
  readonly ledger: LedgerStore & VersionStore;
  readonly delivery: DeliveryDatabase;
  readonly registry: RegistryStore & AuditLog;
  readonly tokens: MerchantTokenStore;
  readonly positions: PositionStore;
  /** One commit for all that `work` does with these stores (transactions.ts). */
  readonly batch: Transactions['batch'];
  /** Ends after the batch under way; later calls reject. */
  readonly close: () => Promise<void>;
}

export function openLedgerDatabase(path: string): LedgerDatabase {
  return ledgerOn(openDatabase(path, LEDGER_MIGRATIONS));
}

export function ledgerOn(db: DatabaseSync): LedgerDatabase {
  const transactions = transactionsOn(db);
  return {
    ledger: ledgerStore(db, transactions),
    delivery: deliveryStore(db, transactions),
    registry: registryStore(db, transactions),
    tokens: merchantTokenStore(db, transactions, auditTrail(db, transactions).append),
    positions: positionStore(db, transactions),
    batch: transactions.batch,
    close: transactions.close,
  };
}

function ledgerStore(db: DatabaseSync, transactions: Transactions): LedgerStore & VersionStore {
  const subjects = subjectsIn(db);
  const newestVersion = newestVersionIn(db);
  const headOf = headIn(db);
  return {
    ...versionStore(db, transactions, subjects),
    ...headStore(db, transactions, subjects),
    ...outcomeStore(db, transactions),
    find: findHeads(db, transactions),
    newest: (key) =>
      transactions.read(() => {
        const no = subjects.find(key);
        if (no === undefined) return {};
        const version = newestVersion(key, no);
        const head = headOf(key, no);
        return { ...(version === undefined ? {} : { version }), ...(head === undefined ? {} : { head }) };
      }),
  };
}
