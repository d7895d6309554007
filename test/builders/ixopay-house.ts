import { loadedFronts } from '#shared/gateways/front-table.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { type ReceiveDeps, receive } from '#shared/pipeline/receive.ts';
import { type ConnectorLookup, createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { createMemoryStores, type MemoryStores } from '../memory-stores/memory-stores.ts';
import { signedCallback } from './ixopay-signer.ts';

const AT = '2026-01-15T09:00:00.000Z';
const AUDIT = { at: AT, who: 'test', what: 'made', resource: 'test', changes: [] };

/** The way of a callback from its URL to the ledger, in memory, with a clock that is set by hand. */
export interface IxopayHouse {
  readonly stores: MemoryStores;
  readonly connectors: ConnectorLookup;
  readonly clock: { now: () => Date };
  /** Puts the connector as the next version of its row; `secret` is sealed as its only one. */
  put(connectorId: string, change?: Partial<Connector>, secret?: string): Promise<Connector>;
  call(path: string, body: object, secret: string, minute?: number): Promise<number>;
  apply(rows: readonly InboxRow[]): Promise<void>;
  advance(ms: number): void;
}

export function openIxopayHouse(receiving: Partial<ReceiveDeps> = {}): IxopayHouse {
  const stores = createMemoryStores();
  let nowMs = Date.parse('2026-01-15T09:30:00.000Z');
  const clock = { now: () => new Date(nowMs) };
  const connectors = createConnectorLookup(stores.registry, clock);
  const deps: ReceiveDeps = {
    connectors,
    secrets: createSecretReader(stores.secrets),
    fronts: loadedFronts({ ixopay: ixopay.front }),
    inbox: stores.inbox,
    refused: stores.refused,
    clock,
    basePath: '',
    trouble(error) {
      throw error;
    },
    ...receiving,
  };
  return {
    stores,
    connectors,
    clock,
    advance(ms) {
      nowMs += ms;
    },
    async put(connectorId, change = {}, secret) {
      const before = await stores.registry.connector(connectorId);
      const sealed = secret && (await stores.secrets.seal(connectorId, { sharedSecret: secret }));
      const row: Connector = {
        ...{ connectorId, merchantId: 'acme', gateway: 'ixopay', name: connectorId, testMode: true, active: true },
        ...{ settings: {}, secrets: [], secretNames: ['sharedSecret'], archived: false, createdAt: AT },
        ...before,
        ...change,
        ...(sealed && { secrets: [{ keyId: `k-${connectorId}`, sealed, createdAt: AT }] }),
        ...{ version: (before?.version ?? 0) + 1, updatedAt: clock.now().toISOString() },
      };
      await stores.registry.putConnector(row, before?.version, AUDIT);
      connectors.forget(connectorId);
      return row;
    },
    async call(path, body, secret, minute = 0) {
      const date = new Date(Date.parse(AT) + minute * 60_000).toUTCString().replace('GMT', 'UTC');
      return (await receive(deps, signedCallback(path, JSON.stringify(body), date, secret))).status;
    },
    async apply(rows) {
      const connectorVersions = createVersionLookup(stores.registry);
      const applying = {
        ...{ ...stores, connectorVersions, clock, gateways: { ixopay }, release: 'test', mayHaveFailed: true },
      };
      for (const row of rows) await applyCallback(applying, row);
    },
  };
}

/** A finished debit as IXOPAY tells of it. */
export function debitOf(uuid: string, amount = '24.50'): object {
  return {
    ...{ result: 'OK', uuid, merchantTransactionId: `order-${uuid}`, transactionType: 'DEBIT' },
    amount,
    currency: 'EUR',
  };
}

export function chargebackOf(uuid: string, originalUuid: string, amount = '20.00'): object {
  return {
    ...{ result: 'OK', uuid, transactionType: 'CHARGEBACK' },
    chargebackData: { originalUuid, amount, currency: 'EUR' },
  };
}
