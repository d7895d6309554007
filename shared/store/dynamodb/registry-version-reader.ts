import { keptVersion } from '#shared/registry/kept-version.ts';
import type { Connector, RegistryStore } from '#shared/registry/records.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { createDynamoConnectorReader } from './registry-connector-reader.ts';
import { getRecord } from './registry-get.ts';
import { connectorVersionKey } from './registry-items.ts';

/**
 * Kept versions of connectors: one consistent GetItem a read. Rows written before versions were kept have none; the newest
 * is read from the connector's own row, and what took its place meanwhile has kept it first.
 */
export function createDynamoVersionReader(options: {
  readonly client: DynamoSend;
  readonly table: string;
}): Pick<RegistryStore, 'connectorVersion'> {
  const { client, table } = options;
  const { connector } = createDynamoConnectorReader(options);
  const kept = (connectorId: string, version: number) =>
    getRecord<Connector>(client, table, connectorVersionKey(connectorId, version));
  return {
    async connectorVersion(connectorId, version) {
      const found = await kept(connectorId, version);
      if (found !== undefined) return found;
      const row = await connector(connectorId);
      return row?.version === version ? keptVersion(row) : kept(connectorId, version);
    },
  };
}
