import type { RegistryStore } from '#shared/registry/records.ts';
import type { AdminResponse } from './admin-request.ts';
import { readQuery } from './read-query.ts';
import { type CallingMerchant, notTheirs, type Route } from './route.ts';

export function callingMerchant(registry: Pick<RegistryStore, 'connector'>, merchantId: string): CallingMerchant {
  return {
    merchantId,
    // Archived ones too: their payments stay the merchant's.
    owns: async (connectorId) => (await registry.connector(connectorId))?.merchantId === merchantId,
  };
}

type Narrowed =
  | { readonly ok: true; readonly rawQuery: string }
  | { readonly ok: false; readonly answer: AdminResponse };

/** Keeps a merchant to its own, before the route is called; where the body decides, the route asks once it is read. */
export async function narrow(
  route: Pick<Route, 'merchantView'>,
  merchant: CallingMerchant,
  params: Readonly<Record<string, string>>,
  rawQuery: string,
): Promise<Narrowed> {
  const theirs = (isTheirs: boolean, query = rawQuery): Narrowed =>
    isTheirs ? { ok: true, rawQuery: query } : { ok: false, answer: notTheirs(merchant.merchantId) };
  switch (route.merchantView) {
    case 'path':
      return theirs(params['merchantId'] === merchant.merchantId);
    case 'connector':
      return theirs(await merchant.owns(params['connectorId'] ?? ''));
    case 'query':
      return narrowQuery(merchant, rawQuery, theirs);
    case 'body':
      return theirs(true);
    default:
      return theirs(false);
  }
}

async function narrowQuery(
  merchant: CallingMerchant,
  rawQuery: string,
  theirs: (isTheirs: boolean, query?: string) => Narrowed,
): Promise<Narrowed> {
  const pairs = readQuery(rawQuery);
  // The route says what is wrong with it: nothing is read before.
  if (!pairs.ok) return theirs(true);
  const { merchantId, connectorId } = pairs.values;
  if (merchantId !== undefined && merchantId !== merchant.merchantId) return theirs(false);
  if (connectorId !== undefined && !(await merchant.owns(connectorId))) return theirs(false);
  if (merchantId !== undefined) return theirs(true);
  const own = `merchantId=${encodeURIComponent(merchant.merchantId)}`;
  return theirs(true, rawQuery === '' ? own : `${rawQuery}&${own}`);
}
