import type { MerchantTokenStore, MerchantTokens } from '#shared/registry/merchant-tokens.ts';
import { frozen } from './frozen.ts';
import type { MemoryRegistry } from './registry.ts';

/** A MerchantTokenStore of a Map; audit entries go to the registry's record. */
export function createMemoryTokens(registry: Pick<MemoryRegistry, 'appendAudit'>): MerchantTokenStore {
  const rows = new Map<string, MerchantTokens>();
  return {
    async tokensOf(merchantId) {
      return rows.get(merchantId);
    },
    async putTokens(tokens, expectedVersion, audit) {
      if (rows.get(tokens.merchantId)?.version !== expectedVersion) return 'conflict';
      rows.set(tokens.merchantId, frozen(tokens));
      await registry.appendAudit(audit);
      return 'written';
    },
  };
}
