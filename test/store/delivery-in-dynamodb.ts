import type { DeliveryStore } from '#shared/pipeline/ports.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';

const engine = startDynamoDbLocal();

/** In the place of a store in memory: its table is made with the first call. */
export function createMemoryDelivery(): DeliveryStore {
  const opened = engine.then(async ({ client }) => {
    return createDynamoDelivery({ client, table: (await createTables(client)).delivery });
  });
  return new Proxy({} as DeliveryStore, {
    get:
      (_, operation) =>
      async (...parameters: unknown[]): Promise<unknown> => {
        const store = await opened;
        return Reflect.apply(Reflect.get(store, operation) as () => unknown, store, parameters);
      },
  });
}

export async function stopEngine(): Promise<void> {
  await (await engine).stop();
}
