import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  PutItemCommand,
  type TransactWriteItemsInput,
} from '@aws-sdk/client-dynamodb';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import type {
  AuditEntry,
  Connector,
  Merchant,
  RegistryStore,
  Subscription,
  WriteOutcome,
} from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { createDynamoConnectorReader } from './registry-connector-reader.ts';
import { getRecord, type Item, recordOf } from './registry-get.ts';
import {
  auditItem,
  connectorRow,
  connectorVersionKey,
  connectorVersionRow,
  merchantKey,
  merchantRow,
  monthOf,
  subscriptionKey,
  subscriptionRow,
} from './registry-items.ts';
import { auditPage, listPage } from './registry-lists.ts';
import { queryRows } from './registry-query.ts';
import { deleteRow, putAudit, putAuditMonth, putMissingRow, putRow, querySubscriptions } from './registry-requests.ts';
import { transact } from './registry-transaction.ts';
import { createDynamoVersionReader } from './registry-version-reader.ts';

export interface DynamoRegistryOptions {
  readonly client: DynamoSend;
  readonly table: string;
  /** What tells apart entries of one moment. @default randomUUID */
  readonly randomId?: () => string;
  /** @default setTimeout */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * Merchants, connectors and subscriptions in the registry table (registry-items.ts). Each write and its audit entry are
 * one transaction on condition of the version; single rows, subscriptions and the audit are read consistently, the lists
 * of merchants and connectors follow within moments. Rejects with what DynamoDB says, and with RowTooLarge.
 */
export function createDynamoRegistry(options: DynamoRegistryOptions): RegistryStore & AuditLog {
  const { client, table, randomId = randomUUID, pause = sleep } = options;
  const months = createMonthMarker(client, table);
  const versions = connectorVersions(client, table);

  /** The month is known before its first entry, so that no entry can be missed. */
  async function written(audit: AuditEntry, input: (audit: Item) => TransactWriteItemsInput): Promise<WriteOutcome> {
    const request = input(auditItem(audit, randomId()));
    await months.mark(audit);
    return transact(client, request, pause);
  }

  return {
    ...createDynamoConnectorReader({ client, table }),
    ...createDynamoVersionReader({ client, table }),
    merchant: (merchantId) => getRecord<Merchant>(client, table, merchantKey(merchantId)),
    subscription: (merchantId, subscriptionId) =>
      getRecord<Subscription>(client, table, subscriptionKey(merchantId, subscriptionId)),
    async subscriptionsOf(merchantId) {
      const { items } = await queryRows(client, querySubscriptions(table, merchantKey(merchantId).pk));
      return items.map((item) => recordOf<Subscription>(item));
    },
    merchants: (page) => listPage(client, table, { name: 'merchants', kind: 'merchant' }, page),
    connectors({ merchantId, ...page }) {
      const prefix = merchantId === undefined ? {} : { prefix: `${merchantId}#` };
      return listPage(client, table, { name: 'connectors', kind: 'connector', ...prefix }, page);
    },
    putMerchant: (merchant, expected, audit) =>
      written(audit, (entry) => putRow(table, merchantRow(merchant), expected, entry)),
    async putConnector(connector, expected, audit) {
      if (expected !== undefined) await versions.keep(connector.connectorId, expected);
      return written(audit, (entry) =>
        putRow(table, connectorRow(connector), expected, entry, [connectorVersionRow(connector)]),
      );
    },
    putSubscription: (subscription, expected, audit) =>
      written(audit, (entry) => putRow(table, subscriptionRow(subscription), expected, entry)),
    async deleteSubscription(merchantId, subscriptionId, audit) {
      await written(audit, (entry) => deleteRow(table, subscriptionKey(merchantId, subscriptionId), entry));
    },
    audit: (page) => auditPage(client, table, page),
    async appendAudit(entry) {
      const item = auditItem(entry, randomId());
      await months.mark(entry);
      await client.send(new PutItemCommand(putAudit(table, item)));
    },
  };
}

/** Rows written before versions were kept have none: it is kept before the next version takes its place. */
function connectorVersions(client: DynamoSend, table: string) {
  const kept = (connectorId: string, version: number) =>
    getRecord<Connector>(client, table, connectorVersionKey(connectorId, version));
  async function current(connectorId: string, version: number): Promise<Connector | undefined> {
    const row = await createDynamoConnectorReader({ client, table }).connector(connectorId);
    return row?.version === version ? row : undefined;
  }
  return {
    async keep(connectorId: string, version: number): Promise<void> {
      if ((await kept(connectorId, version)) !== undefined) return;
      const row = await current(connectorId, version);
      if (row === undefined) return;
      try {
        await client.send(new PutItemCommand(putMissingRow(table, connectorVersionRow(row))));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

/** Writes a month down once a process; a second time is harmless. */
function createMonthMarker(client: DynamoSend, table: string): { mark(entry: AuditEntry): Promise<void> } {
  const marked = new Set<string>();
  return {
    async mark({ at }) {
      const month = monthOf(at);
      if (marked.has(month)) return;
      await client.send(new PutItemCommand(putAuditMonth(table, month)));
      marked.add(month);
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
