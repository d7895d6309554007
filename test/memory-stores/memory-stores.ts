import type { DeliveryStore, RefusedStore } from '#shared/pipeline/ports.ts';
import type { MerchantTokenStore } from '#shared/registry/merchant-tokens.ts';
import type { SecretBox } from '#shared/registry/records.ts';
import { createMemoryDelivery } from './delivery.ts';
import { createMemoryInbox, type MemoryInbox } from './inbox.ts';
import { createMemoryLedger, type MemoryLedger } from './ledger.ts';
import { createMemoryRefused } from './refused.ts';
import { createMemoryRegistry, type MemoryRegistry } from './registry.ts';
import { createMemorySecretBox } from './secret-box.ts';
import { createMemoryTokens } from './tokens.ts';

export interface MemoryStores {
  readonly inbox: MemoryInbox;
  readonly refused: RefusedStore;
  readonly ledger: MemoryLedger;
  readonly registry: MemoryRegistry;
  readonly delivery: DeliveryStore;
  readonly tokens: MerchantTokenStore;
  readonly secrets: SecretBox;
}

/**
 * Called with names such as `ledger.putVersion`: where several workers run at once, `before` decides who goes on (and by
 * throwing plays storage trouble); a throwing `after` plays a write whose answer was lost.
 */
export interface StoreHooks {
  before?(operation: string): void | Promise<void>;
  after?(operation: string): void | Promise<void>;
}

/** All ports of the pipeline in memory. Each operation is one step that nothing can interrupt. */
export function createMemoryStores(hooks?: StoreHooks): MemoryStores {
  const registry = createMemoryRegistry();
  const stores: MemoryStores = {
    inbox: createMemoryInbox(),
    refused: createMemoryRefused(),
    ledger: createMemoryLedger(),
    registry,
    delivery: createMemoryDelivery(),
    tokens: createMemoryTokens(registry),
    secrets: createMemorySecretBox(),
  };
  if (hooks === undefined) return stores;
  return {
    ...stores,
    inbox: hooked('inbox', stores.inbox, hooks),
    ledger: hooked('ledger', stores.ledger, hooks),
    registry: hooked('registry', stores.registry, hooks),
    delivery: hooked('delivery', stores.delivery, hooks),
  };
}

const NOT_AN_OPERATION = new Set(['subjects']);

function hooked<T extends object>(name: string, store: T, hooks: StoreHooks): T {
  return new Proxy(store, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      const operation = String(property);
      if (typeof member !== 'function' || NOT_AN_OPERATION.has(operation)) return member;
      return async (...parameters: unknown[]): Promise<unknown> => {
        await hooks.before?.(`${name}.${operation}`);
        const result: unknown = await Reflect.apply(member, target, parameters);
        await hooks.after?.(`${name}.${operation}`);
        return result;
      };
    },
  });
}
