import type { Merchant, MerchantQuotas, RegistryStore } from './records.ts';
import { refuseWrite, type WriteRefusal } from './write-result.ts';

/**
 * What one merchant may take up of what all share. Connectors and subscriptions are read together where events are
 * looked up and sent; each subscription is one more copy of every event. Events have no quota: a genuine one would have to
 * be withheld, and a merchant's flood parks in its own queues only.
 */
const DEFAULT_QUOTAS: MerchantQuotas = {
  connectors: 1_000,
  subscriptions: 50,
  tokens: 20,
  requestsPerSecond: 20,
};

/** What an operator may set at most. */
export const GREATEST_QUOTAS: MerchantQuotas = {
  connectors: 10_000,
  subscriptions: 500,
  tokens: 200,
  requestsPerSecond: 1_000,
};

export function quotasOf(merchant: Pick<Merchant, 'quotas'> | undefined): MerchantQuotas {
  return { ...DEFAULT_QUOTAS, ...merchant?.quotas };
}

/** Undefined: one more fits beside those `inUse`. */
export function refuseQuota(
  merchant: Merchant | undefined,
  name: 'connectors' | 'subscriptions' | 'tokens',
  inUse: number,
  cure: string,
): WriteRefusal | undefined {
  const quota = quotasOf(merchant)[name];
  if (merchant === undefined || inUse < quota) return undefined;
  const { merchantId } = merchant;
  const message = `Merchant ${merchantId} has ${inUse} ${name} and its quota is ${quota}: ${cure}, or PUT /merchants/${merchantId} with greater quotas.`;
  return refuseWrite('quota_exceeded', message, [{ field: `quotas.${name}`, value: quota, message }]);
}

/**
 * Whether a merchant may have one connector more in use. Made at the same moment, as many as are made may be too many:
 * each has its own row.
 */
export async function refuseConnector(
  registry: Pick<RegistryStore, 'merchant' | 'connectors'>,
  merchantId: string,
): Promise<WriteRefusal | undefined> {
  const merchant = await registry.merchant(merchantId);
  const quota = quotasOf(merchant).connectors;
  let inUse = 0;
  let cursor: string | null | undefined;
  while (cursor !== null && inUse < quota) {
    const next = cursor === undefined ? {} : { cursor };
    const page: Awaited<ReturnType<RegistryStore['connectors']>> = await registry.connectors({
      ...{ merchantId, limit: 500 },
      ...next,
    });
    inUse += page.items.filter(({ archived }) => !archived).length;
    cursor = page.cursor;
  }
  return refuseQuota(merchant, 'connectors', inUse, 'archive one that is out of use');
}
