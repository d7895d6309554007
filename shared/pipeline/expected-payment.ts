import type { HeadRow, LedgerQuery, LedgerStore } from './ports.ts';

/** Pages looked at: an index may leave much of other connectors to pass over. */
const MOST_PAGES = 20;

/** The newest payment of a connector with the merchant's reference, whatever its status; references are its own there. */
export async function expectedPayment(
  ledger: Pick<LedgerStore, 'find'>,
  expected: { readonly connectorId: string; readonly merchantId: string; readonly merchantReference: string },
): Promise<HeadRow | undefined> {
  const query: LedgerQuery = { type: 'transaction', ...expected, limit: 1 };
  let cursor: string | null | undefined;
  for (let pages = 0; pages < MOST_PAGES && cursor !== null; pages++) {
    const page = await ledger.find({ ...query, ...(cursor !== undefined && { cursor }) });
    if (page.items[0] !== undefined) return page.items[0];
    cursor = page.cursor;
  }
  return undefined;
}
