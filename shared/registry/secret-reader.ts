import type { ConnectorSecret } from '#shared/gateways/gateway.ts';
import type { Connector, SecretBox } from './records.ts';

/** Opened generations kept in memory; beyond it the least recently used is forgotten. */
const OPENED_SECRETS = 1_000;

/** Opens all generations of a connector's secrets. Rejects where one cannot be opened: that is our trouble, not the sender's. */
export type SecretReader = (connector: Connector) => Promise<readonly ConnectorSecret[]>;

/** Remembers what was opened by its ciphertext, so that a rotation is in force as soon as the row is read. */
export function createSecretReader(box: Pick<SecretBox, 'open'>): SecretReader {
  const opened = new Map<string, Readonly<Record<string, string>>>();
  return async function readSecrets(connector) {
    const secrets: ConnectorSecret[] = [];
    for (const { keyId, sealed } of connector.secrets) {
      const name = `${connector.connectorId}:${sealed}`;
      const values = opened.get(name) ?? (await box.open(connector.connectorId, sealed));
      opened.delete(name);
      opened.set(name, values);
      if (opened.size > OPENED_SECRETS) {
        const oldest = opened.keys().next().value;
        if (oldest !== undefined) opened.delete(oldest);
      }
      secrets.push({ keyId, values });
    }
    return secrets;
  };
}
