import { createHash } from 'node:crypto';
import type { FetchedStatement } from '#shared/gateways/asking.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { Connector } from '#shared/registry/records.ts';
import type { InboxRow, InboxStore } from './ports.ts';

/** When the gateway was asked, and what it was asked to settle. */
export interface Asked {
  /** ISO: before the request went out. */
  readonly askedAt: string;
  /** Content digests of the statements that were known then. */
  readonly settles: readonly string[];
}

/**
 * An answer of the gateway as an inbox row. Asked again the same second with the same answer it is the same row, so that a
 * crash repeats nothing that counts.
 */
export function fetchedRow(
  connector: Connector,
  { front }: Pick<Gateway, 'front'>,
  statement: FetchedStatement,
  { askedAt, settles }: Asked,
  now: Date,
): InboxRow {
  const { body, method, path } = statement;
  const declared = { ...statement.declared, askedAt, settles: JSON.stringify(settles) };
  const { connectorId, merchantId, gateway, version } = connector;
  return {
    callbackId: `${connectorId}:${front.inboxKey('fetched', body, declared)}`,
    ...{ connectorId, merchantId, gateway, source: 'fetched', mode: connector.testMode ? 'test' : 'live' },
    ...{ receivedAt: now.toISOString(), method, path, rawQuery: '', headers: {}, declared },
    connectorVersion: version,
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

/** Rows that are there already are there: the same answer, or one whose key another body has (then that one stands). */
export async function putAll(inbox: Pick<InboxStore, 'put'>, rows: readonly InboxRow[]): Promise<void> {
  for (const row of rows) await inbox.put(row);
}

/** What the rows will be read as. A bug in reading is apply's to keep and tell: here they say nothing. */
export function notificationsOf(gateway: Pick<Gateway, 'normalize'>, rows: readonly InboxRow[]): Notification[] {
  return rows.flatMap(({ source, body, declared }) => {
    try {
      return gateway.normalize({ source, body, declared }).notifications;
    } catch {
      return [];
    }
  });
}
