import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import type { HeadRow, HistoryLine, LedgerQuery, LedgerStore, OutcomeRow, VersionRow } from '#shared/pipeline/ports.ts';
import { frozen } from './frozen.ts';
import { byText, pageOf } from './page-of.ts';

/** A head that moved: what the ledger's stream would carry to the relay. */
export interface HeadMove {
  /** 0: there was no head. */
  readonly from: number;
  readonly head: HeadRow;
}

export interface MemoryLedger extends LedgerStore {
  readonly stream: readonly HeadMove[];
  /** Every subject that has a version, in the order of their first. */
  subjects(): readonly SubjectKey[];
}

interface SubjectRows {
  readonly key: SubjectKey;
  readonly versions: VersionRow[];
  readonly seen: Map<string, number>;
  head?: HeadRow;
  /** The head's due time is taken. */
  asked?: boolean;
}

/**
 * A LedgerStore of Maps. Stricter than the port in one thing: a version without its predecessor is a bug of the caller
 * and throws.
 */
export function createMemoryLedger(): MemoryLedger {
  const subjects = new Map<string, SubjectRows>();
  const outcomes = new Map<string, OutcomeRow>();
  const stream: HeadMove[] = [];

  const rowsOf = (key: SubjectKey): SubjectRows => {
    const name = subjectName(key);
    const present = subjects.get(name);
    if (present !== undefined) return present;
    const made: SubjectRows = { key: frozen({ ...key }), versions: [], seen: new Map() };
    subjects.set(name, made);
    return made;
  };

  return {
    stream,
    subjects: () => [...subjects.values()].filter(({ versions }) => versions.length > 0).map(({ key }) => key),
    async newest(key) {
      const rows = subjects.get(subjectName(key));
      const version = rows?.versions.at(-1);
      const head = rows?.head;
      return { ...(version === undefined ? {} : { version }), ...(head === undefined ? {} : { head }) };
    },
    async putVersion(row) {
      const { versions } = rowsOf(row.key);
      if (row.version <= versions.length) return 'exists';
      if (row.version !== versions.length + 1) {
        throw new Error(`version ${row.version} of ${subjectName(row.key)} put after version ${versions.length}`);
      }
      versions.push(frozen(row));
      return 'put';
    },
    async moveHead(head) {
      const rows = rowsOf(head.key);
      const from = rows.head?.version ?? 0;
      if (head.version <= from) return 'stays';
      rows.head = frozen(head);
      rows.asked = false;
      stream.push({ from, head });
      return 'moved';
    },
    async putSeen(key, callbackId, version) {
      const { seen } = rowsOf(key);
      if (!seen.has(callbackId)) seen.set(callbackId, version);
    },
    async versions(key, from, to) {
      const rows = subjects.get(subjectName(key))?.versions.slice(Math.max(0, from - 1), Math.max(0, to)) ?? [];
      return rows.map(({ evidence: _, ...past }) => past);
    },
    async history(key) {
      const rows = subjects.get(subjectName(key));
      return rows === undefined ? [] : historyOf(rows);
    },
    async dueHeads(now, limit) {
      const due = [...subjects.values()].flatMap(({ head, asked }) =>
        head?.due !== undefined && head.status === 'PENDING' && head.due <= now && !asked ? [head] : [],
      );
      return due.sort((a, b) => byText(a.due ?? '', b.due ?? '')).slice(0, limit);
    },
    async takeDue(key, version) {
      const rows = subjects.get(subjectName(key));
      if (rows?.head?.version !== version) return false;
      rows.asked = true;
      return true;
    },
    async find(query) {
      const heads = [...subjects.values()].flatMap(({ head }) =>
        head !== undefined && fits(head, query) ? [head] : [],
      );
      heads.sort((a, b) => byText(listKey(b), listKey(a)));
      return pageOf('ledger', heads, listKey, query, true);
    },
    async effectOf(key, callbackId) {
      const rows = subjects.get(subjectName(key));
      return rows && historyOf(rows).find((line) => line.callbackId === callbackId)?.outcome;
    },
    async putOutcome(row) {
      const present = outcomes.get(row.callbackId)?.outcome;
      if (present === undefined || present === 'failed') outcomes.set(row.callbackId, frozen(row));
    },
    async deleteOutcome(callbackId) {
      outcomes.delete(callbackId);
    },
    async outcomes(callbackIds) {
      const known = callbackIds.flatMap((id) => outcomes.get(id) ?? []);
      return Object.fromEntries(known.map((row) => [row.callbackId, row.outcome]));
    },
    async callbacksWithOutcome({ connectorId, outcome, from = '', to = '~', ...page }) {
      const matching = [...outcomes.values()]
        .filter((row) => row.outcome === outcome && (connectorId ?? row.connectorId) === row.connectorId)
        .filter((row) => row.receivedAt >= from && row.receivedAt < to)
        .sort((a, b) => byText(outcomeKey(b), outcomeKey(a)));
      const { items, cursor } = pageOf('outcomes', matching, outcomeKey, page, true);
      return { items: items.map((row) => row.callbackId), cursor };
    },
  };
}

/** A callback that made a version and is applied again is no second line. */
function historyOf(rows: SubjectRows): readonly HistoryLine[] {
  const causes = new Set(rows.versions.map((row) => row.causeId));
  const seen = [...rows.seen].filter(([callbackId]) => !causes.has(callbackId));
  const unchangedAt = (version: number) =>
    seen
      .filter(([, met]) => met === version)
      .map(([callbackId]): HistoryLine => ({ callbackId, version, outcome: 'unchanged' }));
  return rows.versions.flatMap((row) => [
    { callbackId: row.causeId, version: row.version, outcome: row.type === null ? 'quiet' : 'changed' } as const,
    ...unchangedAt(row.version),
  ]);
}

function outcomeKey(row: OutcomeRow): string {
  return `${row.receivedAt} ${row.callbackId}`;
}

function listKey(head: HeadRow): string {
  return `${head.createdAt} ${subjectName(head.key)}`;
}

function fits(head: HeadRow, query: LedgerQuery): boolean {
  const wanted: readonly (readonly [string | undefined, string | undefined])[] = [
    [query.type, head.key.type],
    [query.merchantId, head.merchantId],
    [query.connectorId, head.key.connectorId],
    [query.kind, head.kind],
    [query.status, head.status],
    [query.mode, head.mode],
    [query.merchantReference, head.merchantReference],
    [query.purchaseReference, head.purchaseReference],
  ];
  return (
    wanted.every(([asked, found]) => asked === undefined || asked === found) &&
    (query.alias === undefined || head.aliases.includes(query.alias)) &&
    (query.flag === undefined || head.flags.includes(query.flag)) &&
    (query.from === undefined || head.createdAt >= query.from) &&
    (query.to === undefined || head.createdAt < query.to)
  );
}
