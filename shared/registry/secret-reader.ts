import type { ConnectorSecret } from '#shared/gateways/gateway.ts';
import type { Connector, SecretBox } from './records.ts';

/** Opened generations kept in memory; beyond it the least recently used is forgotten. */
const OPENED_SECRETS = 1_000;

/** Opens all generations of a connector's secrets but revoked ones, of which nothing is left. Rejects where one cannot be opened: that is our trouble, not the sender's. */
export type SecretReader = (connector: Connector) => Promise<readonly ConnectorSecret[]>;

/** Remembers what was opened by its ciphertext, so that a rotation is in force as soon as the row is read. */
export function createSecretReader(box: Pick<SecretBox, 'open'>): SecretReader {
  const opened = new Map<string, Readonly<Record<string, string>>>();

  async function open(connectorId: string, sealed: string): Promise<Readonly<Record<string, string>>> {
    const name = `${connectorId}:${sealed}`;
    const values = opened.get(name) ?? (await box.open(connectorId, sealed));
    opened.delete(name);
    opened.set(name, values);
    if (opened.size > OPENED_SECRETS) {
      const oldest = opened.keys().next().value;
      if (oldest !== undefined) opened.delete(oldest);
    }
    return values;
  }

  // Side by side: a key service that is slow costs its time limit once, however many generations there are.
  return (connector) =>
    Promise.all(
      connector.secrets
        .filter(({ revokedAt }) => revokedAt === undefined)
        .map(async ({ keyId, sealed }) => ({ keyId, values: await open(connector.connectorId, sealed) })),
    );
}
