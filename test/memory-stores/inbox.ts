import type { InboxRow, InboxRowHead, InboxStore } from '#shared/pipeline/ports.ts';
import { frozen } from './frozen.ts';
import { byText, pageOf } from './page-of.ts';

export interface MemoryInbox extends InboxStore {
  /** What the table's stream would carry: the rows in the order in which they became durable. */
  readonly stream: readonly InboxRow[];
}

/** An InboxStore of Maps. */
export function createMemoryInbox(): MemoryInbox {
  const rows = new Map<string, InboxRow>();
  const stream: InboxRow[] = [];
  // Rows of one instant stay apart by the order of their arrival.
  const arrival = new Map<string, string>();
  const timeKey = (row: InboxRow) => `${row.receivedAt} ${arrival.get(row.callbackId)}`;

  return {
    stream,
    async put(row) {
      const present = rows.get(row.callbackId);
      if (present !== undefined) return Buffer.compare(present.body, row.body) === 0 ? 'duplicate' : 'other_body';
      const stored = frozen({ ...row, body: row.body.slice() });
      rows.set(row.callbackId, stored);
      arrival.set(row.callbackId, String(rows.size).padStart(10, '0'));
      stream.push(stored);
      return 'stored';
    },
    async get(callbackId) {
      return rows.get(callbackId);
    },
    async list(query) {
      const { connectorId, from, to } = query;
      const matching = stream
        .filter((row) => connectorId === undefined || row.connectorId === connectorId)
        .filter((row) => (from === undefined || row.receivedAt >= from) && (to === undefined || row.receivedAt < to))
        .sort((a, b) => byText(timeKey(b), timeKey(a)));
      const page = pageOf('inbox', matching, timeKey, query, true);
      return { items: page.items.map(headOf), cursor: page.cursor };
    },
    async walk(query) {
      const matching = stream
        .filter((row) => query.connectorId === undefined || row.connectorId === query.connectorId)
        .filter((row) => row.receivedAt >= query.from)
        .sort((a, b) => byText(timeKey(a), timeKey(b)));
      return pageOf('inbox-walk', matching, timeKey, query);
    },
  };
}

function headOf(row: InboxRow): InboxRowHead {
  const { body: _body, ...head } = row;
  return head;
}
