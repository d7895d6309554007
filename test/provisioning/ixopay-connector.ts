import type { ProvisionConnector, ProvisionSecrets } from '#shared/gateways/provision.ts';
import { createHttpClient, OUTBOUND_LIMITS } from '#shared/outbound/http-client.ts';

/** Planted: none of them may be in anything that is answered, logged or thrown. */
export const SECRETS = {
  sharedSecret: 'planted-shared-secret-7c1e',
  provisioningPassword: 'planted-provisioning-password-0b2d',
  configPassword: 'planted-config-password-44aa',
  apiSecret: 'planted-api-secret-91f3',
};

/** Seed 000's first example as it is stored: without secrets. */
export const DOCUMENT = {
  guid: 'CO-1234-1234-1234-1234-1234-1234',
  name: 'SimulatorConnector A',
  adapter: 'Simulator',
  method: 'Credit Card',
  apiKey: 'sim-connector-a',
  publicIntegrationKey: '4nhDxztY3bBeozkyd7Zs',
  archived: true,
  businessCountry: 'AT',
  config: { username: 'asmith', extraData: null, language: 'de', testMode: true, vault: {} },
  createdAt: '2001-02-03T04:05:06+02:00',
  customerProfileContainer: 0,
  defaultRiskRuleSet: 0,
  description: 'string',
  disabled: false,
  disabledTransactionTypes: ['initial_debit'],
  merchantGuid: 'ME-1234-1234-1234-1234-1234-1234',
  isMetaConnector: false,
  postbackFormat: 'json',
  provider: 'string',
  scheduleApiAvailable: true,
  virtualTerminalAvailable: true,
  vtRiskRuleSet: 0,
  settings: { 'tx:expiration-minutes': '900', 'refund:ui-enabled': '1' },
  alias: 'string',
  terminals: [{ terminalId: 'string', disabled: true }],
  routingMetaConnector: { defaultConnector: 'string', reRouteRecurring: false },
  multiMethodMetaConnector: { defaultActionDisableConnector: true, retries: 0, expiry: 0 },
};

export function ixopayConnector(
  host: string,
  document: object = DOCUMENT,
  settings: Readonly<Record<string, unknown>> = {},
): ProvisionConnector {
  return {
    connectorId: 'acme-cc-1',
    merchantId: 'acme',
    testMode: true,
    callbackUrl: 'https://postrider.example/callbacks/acme-cc-1',
    settings: {
      ...{ apiKey: 'sim-connector-a', connectorGuid: DOCUMENT.guid, provisioningUser: 'ops' },
      ...{ provisioningHost: host, ...settings },
    },
    shape: { kind: 'ixopay', document: { ...document } },
  };
}

export const secretsOf = (document: Readonly<Record<string, string>> = {}): ProvisionSecrets => ({
  own: { sharedSecret: SECRETS.sharedSecret, provisioningPassword: SECRETS.provisioningPassword },
  document,
});

/** The client as it is, but for plain HTTP to this machine and short pauses. */
export function testClient(overrides: Partial<typeof OUTBOUND_LIMITS> = {}) {
  return createHttpClient({
    version: '0.0.0-test',
    random: () => 0,
    now: () => new Date('2026-01-15T09:30:00Z'),
    loopback: 'http',
    limits: { ...OUTBOUND_LIMITS, firstPauseMs: 1, ...overrides },
  });
}
