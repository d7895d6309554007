import { createHash } from 'node:crypto';
import type { NormalizedCallback } from '#shared/gateways/gateway.ts';
import { digestOfBytes, digestOfParts } from '#shared/model/digest.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { Connector } from '#shared/registry/records.ts';
import type { InboxRow, Mode } from './ports.ts';

/** What is concluded from the clock: enters the inbox as a row of source `own` and is applied like all that comes in. */
export type OwnStatement =
  /** The gateway's horizon has passed, and a payment that was due still waits. */
  | { readonly statement: 'unresolved'; readonly transactionId: string; readonly due: string }
  /** It has passed, and nothing was found under a reference that a merchant expected a payment for. */
  | { readonly statement: 'expectation_missing'; readonly merchantReference: string; readonly due: string };

const MOST_BYTES = 64 * 1024;
const MOST_SHOWN = 128;

/** The inbox row of a statement. Its key covers the body alone: the same conclusion is the same row. */
export function ownRow(
  connector: Pick<Connector, 'connectorId' | 'merchantId' | 'gateway' | 'version'>,
  statement: OwnStatement,
  mode: Mode,
  now: Date,
): InboxRow {
  const body = Buffer.from(JSON.stringify(statement));
  const { connectorId, merchantId, gateway } = connector;
  return {
    callbackId: `${connectorId}:${digestOfParts('own', body)}`,
    ...{ connectorId, merchantId, gateway, source: 'own', mode },
    receivedAt: now.toISOString(),
    ...{ method: 'POST', path: `/own/${statement.statement}`, rawQuery: '', headers: {}, declared: {} },
    connectorVersion: connector.version,
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

/** What an own row says, for every gateway. Pure, total and deterministic, as normalize is (model.md 1). */
export function readOwnStatement(body: Uint8Array): NormalizedCallback {
  const contentDigest = digestOfBytes(body);
  return { origin: { source: 'own', contentDigest }, notifications: [notificationOf(membersOf(body))] };
}

function notificationOf(members: ReadonlyMap<string, unknown>): Notification {
  const text = (name: string) => {
    const value = members.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const transactionId = text('transactionId');
  const reference = text('merchantReference');
  if (members.get('statement') === 'unresolved' && transactionId !== undefined) {
    return {
      about: 'transaction',
      id: transactionId,
      status: 'PENDING',
      final: false,
      correction: 'none',
      unresolved: true,
      // Our clock says nothing of when the payment is due.
      expiresAfterMinutes: 0,
      fields: {},
      anomalies: [],
    };
  }
  if (members.get('statement') === 'expectation_missing' && reference !== undefined) {
    const shown = JSON.stringify(reference.slice(0, MOST_SHOWN));
    return {
      about: 'notice',
      id: expectationNoticeId(reference),
      status: 'RECEIVED',
      reason: 'expectation_missing',
      detail: `No payment with the merchant reference ${shown} was called back, reported or found at the gateway.`,
    };
  }
  const detail = 'A statement of our own that this release does not know: start the release that wrote it.';
  return { about: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_own_statement', detail };
}

/** One notice a connector and reference, however often it is expected. */
export function expectationNoticeId(merchantReference: string): string {
  return `expectation-${digestOfParts('expectation', merchantReference)}`;
}

/** Own members of the body's JSON object; none where it is no such thing. */
function membersOf(body: Uint8Array): ReadonlyMap<string, unknown> {
  if (body.byteLength > MOST_BYTES) return new Map();
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}
