import { randomBytes } from 'node:crypto';
import type { ConnectorSecret } from '#shared/gateways/gateway.ts';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { PROVISIONS } from '#shared/gateways/provisions.ts';
import { acceptedSecrets } from '#shared/registry/accepted-secrets.ts';
import type { RotateAndProvisionDeps } from '#shared/registry/rotate-and-provision.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { createMemoryStores, type MemoryStores } from '../memory-stores/memory-stores.ts';
import { DOCUMENT, SECRETS } from './ixopay-connector.ts';

export interface ProvisioningHouse {
  readonly stores: MemoryStores;
  readonly deps: RotateAndProvisionDeps;
  /** What happened, in order. */
  readonly log: string[];
  /** Whether a callback signed with that secret would be believed at a time, by what the registry holds now. */
  accepts(sharedSecret: string, at: Date): Promise<boolean>;
}

export const NOW = new Date('2026-01-15T09:30:00Z');
export const CONNECTOR = 'acme-cc-1';
const PATH = `/callbacks/${CONNECTOR}`;

/** A registry with one IXOPAY connector, and a gateway at `host`. */
export async function createHouse(host: string, http: OutboundClient): Promise<ProvisioningHouse> {
  const stores = createMemoryStores();
  const { registry, secrets } = stores;
  const log: string[] = [];
  const own = { sharedSecret: SECRETS.sharedSecret, provisioningPassword: SECRETS.provisioningPassword };
  const at = '2026-01-01T00:00:00.000Z';
  const sealed = await secrets.seal(CONNECTOR, own);
  const row = {
    ...({ connectorId: CONNECTOR, merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: true } as const),
    settings: {
      ...{ apiKey: 'sim-connector-a', connectorGuid: DOCUMENT.guid, provisioningUser: 'ops', provisioningHost: host },
      acceptReceivedPath: true,
    },
    secrets: [{ keyId: 'k-old', sealed, createdAt: at, role: 'current' as const }],
    secretNames: ['provisioningPassword', 'sharedSecret'],
    ...{ active: true, archived: false, version: 1, createdAt: at, updatedAt: at },
    shape: { kind: 'ixopay' as const, document: DOCUMENT },
  };
  await registry.putConnector(row, undefined, { at, who: 'test', what: 'put', resource: '', changes: [] });

  const deps: RotateAndProvisionDeps = {
    ...{ registry, secrets, http, provisions: PROVISIONS, gatewaySettings: GATEWAY_SETTINGS },
    callbackBase: 'https://postrider.example/',
    randomToken: (bytes) => randomBytes(bytes).toString('base64url'),
    connectorChanged: async (id) => {
      log.push(`changed ${id}`);
    },
    inForceAfterMs: 5_000,
    pause: async (ms) => {
      log.push(`paused ${ms}`);
    },
    trouble: () => {
      log.push('trouble');
    },
  };

  return {
    ...{ stores, deps, log },
    async accepts(sharedSecret, when) {
      const connector = await registry.connector(CONNECTOR);
      if (connector === undefined) throw new Error('no connector');
      const opened = acceptedSecrets(connector, when).map(
        async ({ keyId, sealed: text }): Promise<ConnectorSecret> => ({
          keyId,
          values: await secrets.open(CONNECTOR, text),
        }),
      );
      const callback = signedCallback(PATH, '{}', when.toUTCString(), sharedSecret);
      const credentials = {
        ...{ connectorId: CONNECTOR, registeredPath: PATH, settings: connector.settings },
        secrets: await Promise.all(opened),
      };
      return (await GATEWAYS['ixopay']?.front.verify(callback, credentials, when))?.ok === true;
    },
  };
}
