import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HistoryLine, LedgerStore } from '#shared/pipeline/ports.ts';
import { headOf } from './ledger-head-item.ts';
import { callbackOfSeen, HEAD, type Item, keyItem, keyName, LAST_NUMBER, seenSk, subjectPk } from './ledger-keys.ts';
import { allOf, type LedgerTable, pagesOf, unlessRefused } from './ledger-reads.ts';
import * as requests from './ledger-requests.ts';
import {
  joinParts,
  numberOf,
  pastVersionOf,
  type ReadParts,
  readReference,
  versionItems,
  versionLine,
  versionOf,
} from './ledger-version-item.ts';

type Versions = Pick<LedgerStore, 'newest' | 'putVersion' | 'putSeen' | 'versions' | 'history' | 'effectOf'>;

export function ledgerVersions(ledger: LedgerTable): Versions {
  const { client, table } = ledger;
  const partsOf =
    (key: SubjectKey): ReadParts =>
    async (reference) =>
      joinParts(reference, await allOf(ledger, requests.queryParts(table, key, readReference(reference).digest)));

  return {
    async newest(key) {
      const { Items: rows = [] } = await client.send(new QueryCommand(requests.queryNewest(table, key)));
      const head = rows.find((item) => item['sk']?.S === HEAD);
      const newest = rows.find((item) => item['sk']?.S !== HEAD);
      return {
        ...(newest !== undefined && { version: await versionOf(key, newest, partsOf(key)) }),
        ...(head !== undefined && { head: headOf(head) }),
      };
    },

    async putVersion(row) {
      const items = versionItems(row);
      // Parts first: the row that counts never points to what is not there. A lost race leaves parts that nobody reads.
      for (const part of items.parts) await client.send(new PutItemCommand({ TableName: table, Item: part }));
      const put = new PutItemCommand(requests.putVersion(table, items.row));
      return (await unlessRefused(() => client.send(put))) ? 'put' : 'exists';
    },

    async putSeen(key, callbackId, version) {
      const put = new PutItemCommand(requests.putSeen(table, key, callbackId, version));
      await unlessRefused(() => client.send(put));
    },

    async versions(key, from, to) {
      const range = { from: Math.max(1, from), to: Math.min(to, LAST_NUMBER) };
      const rows = range.to < range.from ? [] : await versionRows(ledger, key, range);
      return Promise.all(rows.map((item) => pastVersionOf(key, item, partsOf(key))));
    },

    async history(key) {
      const rows = await allOf(ledger, requests.queryHistory(table, key));
      const versions = rows.filter(isVersion).map(versionLine);
      // A callback that made a version and came again by replay is that version's line, not a second one.
      const causes = new Set(versions.map((line) => line.callbackId));
      const seen = rows.filter((item) => !isVersion(item)).map(seenLine);
      // Stable: a version's own line stays before those that met it.
      return [...versions, ...seen.filter((line) => !causes.has(line.callbackId))].sort(
        (a, b) => a.version - b.version,
      );
    },

    async effectOf(key, callbackId) {
      for await (const [made] of pagesOf(ledger, requests.queryCausedBy(table, key, callbackId))) {
        if (made !== undefined) return versionLine(made).outcome;
      }
      const seen = { pk: subjectPk(key), sk: seenSk(callbackId) };
      const { Item: found } = await client.send(new GetItemCommand({ TableName: table, Key: keyItem(seen) }));
      return found === undefined ? undefined : 'unchanged';
    },
  };
}

/**
 * Dense rows from … to, as far as there are any. The cheap read may miss what was written a moment ago: where a row is
 * missing it is done again, consistently. @throws for a hole, which no reader may step over.
 */
async function versionRows(
  ledger: LedgerTable,
  key: SubjectKey,
  range: { readonly from: number; readonly to: number },
): Promise<Item[]> {
  const read = (consistent: boolean) => allOf(ledger, requests.queryVersions(ledger.table, key, range, consistent));
  const cheap = await read(false);
  if (cheap.length === range.to - range.from + 1) return cheap;
  const rows = await read(true);
  const hole = rows.findIndex((item, i) => numberOf(item) !== range.from + i);
  if (hole >= 0) {
    throw new Error(`Version ${range.from + hole} of ${keyName(key)} is missing, though there is a later one.`);
  }
  return rows;
}

function isVersion(item: Item): boolean {
  return item['sk']?.S?.startsWith('v#') ?? false;
}

function seenLine(item: Item): HistoryLine {
  const sk = item['sk']?.S ?? '';
  const callbackId = callbackOfSeen(sk) ?? item['callbackId']?.S ?? '';
  return { callbackId, version: Number(item['version']?.N), outcome: 'unchanged' };
}
