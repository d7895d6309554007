import { idAt, type Tree } from './tree.ts';

/** Of other merchants by their nature (a platform's onboarding): news of them moves nothing. */
const SHARED = new Set(['general.contracts']);

/**
 * Whose an object is: true where it says that it is of another contract or merchant than the connector's. What it does
 * not say, the credentials have to: the API gives no client another's objects ("Resource not found or no permission").
 */
export function isForeign(as: string, object: Tree, settings: Readonly<Record<string, unknown>>): boolean {
  if (SHARED.has(as)) return false;
  const { contractId, merchantId } = settings;
  const platform = idAt(object, 'platform');
  const merchants = [idAt(object, 'merchant'), platform].filter((id) => id !== undefined);
  if (typeof merchantId === 'string' && merchants.length > 0 && !merchants.includes(merchantId)) return true;
  // A marketplace vouches for the contracts of those who sell on it.
  if (typeof merchantId === 'string' && platform === merchantId) return false;
  const contract = idAt(object, 'contract') ?? contractCode(object);
  return typeof contractId === 'string' && contract !== undefined && contract !== contractId;
}

/** `contract_id` is a number of the gateway's own in most objects (manual: 81698), and says nothing. */
function contractCode(object: Tree): string | undefined {
  const id = idAt(object, 'contract_id');
  return id?.startsWith('GCR_') ? id : undefined;
}
