import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { LedgerStore, NotableOutcome } from '#shared/pipeline/ports.ts';
import { encodeCursor } from '#shared/registry/page-cursor.ts';
import { callbackOfOutcome, outcomeKey, outcomeList, SHARDS } from './ledger-keys.ts';
import { checkedLimit, type Lane, type LaneEntry, newestFirst, rangeOf } from './ledger-lanes.ts';
import { type LedgerTable, readItems, unlessRefused } from './ledger-reads.ts';
import * as requests from './ledger-requests.ts';

type Outcomes = Pick<LedgerStore, 'putOutcome' | 'deleteOutcome' | 'outcomes' | 'callbacksWithOutcome'>;

const LIST = 'callbacks by outcome';

/** One row a callback that an operator should look at, in the indexes of heads under keys that no merchant has. */
export function ledgerOutcomes(ledger: LedgerTable): Outcomes {
  const { client, table } = ledger;
  return {
    async putOutcome(row) {
      await unlessRefused(() => client.send(new PutItemCommand(requests.putOutcome(table, row))));
    },

    async deleteOutcome(callbackId) {
      await unlessRefused(() => client.send(new DeleteItemCommand(requests.deleteOutcome(table, callbackId))));
    },

    async outcomes(callbackIds) {
      const rows = await readItems(ledger, callbackIds.map(outcomeKey));
      return Object.fromEntries(
        callbackIds.flatMap((id): [string, NotableOutcome][] => {
          const outcome = rows.get(outcomeKey(id).pk)?.['outcome']?.S;
          return outcome === undefined ? [] : [[id, outcome as NotableOutcome]];
        }),
      );
    },

    async callbacksWithOutcome(query) {
      const limit = checkedLimit(query.limit);
      const entries = newestFirst(ledger, lanesOf(query), rangeOf(LIST, query), limit + 1);
      const found: LaneEntry[] = [];
      for await (const entry of entries) {
        const last = found.at(-1);
        if (found.length === limit && last !== undefined) {
          return { items: await callbackIds(ledger, found), cursor: encodeCursor(LIST, [last.listKey]) };
        }
        found.push(entry);
      }
      return { items: await callbackIds(ledger, found), cursor: null };
    },
  };
}

function lanesOf({
  outcome,
  connectorId,
}: {
  readonly outcome: NotableOutcome;
  readonly connectorId?: string;
}): Lane[] {
  if (connectorId !== undefined) return [{ index: 'byReference', partition: outcomeList(outcome, connectorId) }];
  return SHARDS.map((shard) => ({ index: 'byList', partition: outcomeList(outcome, shard) }));
}

/** The key says it; one too long for a key is read from its row. */
async function callbackIds(ledger: LedgerTable, entries: readonly LaneEntry[]): Promise<string[]> {
  const keys = entries.map(({ item }) => item['pk']?.S ?? '');
  const hidden = keys.filter((pk) => callbackOfOutcome(pk) === undefined);
  const rows = await readItems(
    ledger,
    hidden.map((pk) => ({ pk, sk: 'outcome' })),
  );
  return keys.map((pk) => callbackOfOutcome(pk) ?? rows.get(pk)?.['callbackId']?.S ?? '');
}
