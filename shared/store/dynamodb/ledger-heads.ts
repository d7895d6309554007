import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { HeadRow, LedgerStore } from '#shared/pipeline/ports.ts';
import { headVersion } from './ledger-head-item.ts';
import type { Item } from './ledger-keys.ts';
import { failedCondition, type LedgerTable, unlessRefused } from './ledger-reads.ts';
import { advanceHead, placeHead, putAlias } from './ledger-requests.ts';
import type { Scopes } from './ledger-scopes.ts';

/**
 * One write in the ordinary case. What leads to a head is written before it: a crash between leaves a way that leads to
 * nothing (and is passed over), never a head that no list finds.
 */
export function ledgerHeads(ledger: LedgerTable, scopes: Scopes): Pick<LedgerStore, 'moveHead'> {
  const { client, table } = ledger;

  async function advance(head: HeadRow): Promise<'moved' | { readonly old: Item | undefined }> {
    try {
      await client.send(new PutItemCommand(advanceHead(table, head)));
      return 'moved';
    } catch (error) {
      const failed = failedCondition(error);
      if (failed === undefined) throw error;
      return { old: failed.item };
    }
  }

  async function lead(head: HeadRow): Promise<void> {
    await scopes.note(head.key.connectorId, head.merchantId);
    for (const alias of new Set(head.aliases)) await client.send(new PutItemCommand(putAlias(table, head, alias)));
  }

  return {
    async moveHead(head) {
      // The head of a first version is new; that of a later one has moved there from an older one, nearly always.
      if (head.version > 1) {
        const advanced = await advance(head);
        if (advanced === 'moved') return 'moved';
        if (advanced.old !== undefined && headVersion(advanced.old) >= head.version) return 'stays';
      }
      await lead(head);
      const place = new PutItemCommand(placeHead(table, head));
      return (await unlessRefused(() => client.send(place))) ? 'moved' : 'stays';
    },
  };
}
