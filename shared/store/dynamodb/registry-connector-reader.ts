import type { Connector, RegistryStore } from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { getRecord, type RowKey } from './registry-get.ts';

export function connectorKey(connectorId: string): RowKey {
  return { pk: `connector#${connectorId}`, sk: 'connector' };
}

/** One consistent GetItem a read: all of the registry that `receive` loads. */
export function createDynamoConnectorReader(options: {
  readonly client: DynamoSend;
  readonly table: string;
}): Pick<RegistryStore, 'connector'> {
  return { connector: (connectorId) => getRecord<Connector>(options.client, options.table, connectorKey(connectorId)) };
}
