import type { InboxRow, InboxRowHead } from '#shared/pipeline/ports.ts';

/** The columns of `callback` that make a row's head. */
export interface InboxHeadRecord {
  readonly position: number;
  readonly callback_id: string;
  readonly connector_id: string;
  readonly received_at: string;
  readonly body_sha256: string;
  readonly head: string;
}

export interface InboxRecord extends InboxHeadRecord {
  readonly body: Uint8Array;
}

type HeadJson = Omit<InboxRowHead, 'callbackId' | 'connectorId' | 'receivedAt' | 'bodySha256'>;

/** Everything that has no column of its own: method, path, headers, declared parts, verdict, … */
export function headJson(row: InboxRow): string {
  const { callbackId, connectorId, receivedAt, bodySha256, body, ...rest } = row;
  return JSON.stringify(rest satisfies HeadJson);
}

export function inboxRowHead(record: InboxHeadRecord): InboxRowHead {
  return {
    callbackId: record.callback_id,
    connectorId: record.connector_id,
    receivedAt: record.received_at,
    bodySha256: record.body_sha256,
    ...(JSON.parse(record.head) as HeadJson),
  };
}

export function inboxRow(record: InboxRecord): InboxRow {
  return { ...inboxRowHead(record), body: record.body };
}
