import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SHARDS, scopesPk, scopesPkOf } from './ledger-keys.ts';
import { allOf, type LedgerTable } from './ledger-reads.ts';
import { queryScopes, scopeItem } from './ledger-requests.ts';

/** Which merchants a connector's subjects belong to: how lists that name no merchant find their way without a scan. */
export interface Scopes {
  /** Before a subject appears in a merchant's lists. Asks once a connector, writes if nobody has yet. */
  note(connectorId: string, merchantId: string): Promise<void>;
  /** Of one connector, or all that there are. */
  merchants(connectorId: string | undefined): Promise<readonly string[]>;
  /** Those that have subjects of the merchant, or all. */
  connectors(merchantId: string | undefined): Promise<readonly string[]>;
}

/** Rows are never removed, so what was seen once needs no second look; the memory of one process is bounded. */
const MOST_REMEMBERED = 20_000;

export function ledgerScopes(ledger: LedgerTable): Scopes {
  const { client, table } = ledger;
  const known = new Set<string>();

  /** Pairs of connector and merchant: ids of both have no #. */
  async function pairs(connectorId: string | undefined): Promise<readonly (readonly string[])[]> {
    const partitions = connectorId === undefined ? SHARDS.map(scopesPk) : [scopesPkOf(connectorId)];
    const rows = await Promise.all(partitions.map((pk) => allOf(ledger, queryScopes(table, pk, connectorId))));
    return rows.flat().map((row) => (row['sk']?.S ?? '').split('#'));
  }

  return {
    async note(connectorId, merchantId) {
      const item = scopeItem(connectorId, merchantId);
      const name = item['sk']?.S ?? '';
      if (known.has(name)) return;
      const { Item: found } = await client.send(new GetItemCommand({ TableName: table, Key: item }));
      if (found === undefined) await client.send(new PutItemCommand({ TableName: table, Item: item }));
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.add(name);
    },
    async merchants(connectorId) {
      return [...new Set((await pairs(connectorId)).map(([, merchantId = '']) => merchantId))];
    },
    async connectors(merchantId) {
      const owned = (await pairs(undefined)).filter(([, owner]) => merchantId === undefined || owner === merchantId);
      return [...new Set(owned.map(([connectorId = '']) => connectorId))];
    },
  };
}
