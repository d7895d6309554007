const AT = '2026-01-15T09:30:00.000Z';
const row = { version: 1, createdAt: AT, updatedAt: AT };

const merchant = {
  ...{ merchantId: 'acme', name: 'Acme', archived: false, ...row },
  quotas: { connectors: 100, subscriptions: 20, tokens: 20, requestsPerSecond: 50 },
};

const token = { tokenId: 'mt-1', name: 'shop', createdAt: AT, createdBy: 'operator', live: true };

const connector = {
  ...{ connectorId: 'acme-cc-1', merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards' },
  settings: { apiKey: 'acme-cc-1' },
  secretNames: ['sharedSecret'],
  credentials: [{ keyId: 'k-2026-01', role: 'current', state: 'accepted', createdAt: AT }],
  ...{ testMode: false, active: true, archived: false, readiness: 'ready' },
  ...{ callbackUrl: 'https://callbacks.example.com/callbacks/acme-cc-1', ...row },
};

const previous = { keyId: 'k-2025-01', validUntil: '2026-01-23T09:30:00.000Z', callbacks: 3, lastAt: AT };
const rotation = { state: 'overlap', current: ['k-2026-01'], previous: [previous] };

const filter = { types: ['payment.*'], kinds: [], connectors: [], mode: 'live' };
const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/postrider-live-acme-main.fifo';
const subscription = {
  ...{ merchantId: 'acme', subscriptionId: 'main', queue: { url: queueUrl, fifo: true, managed: true, readers: [] } },
  ...{ queueUrl, ...filter, filters: [{ from: AT, ...filter }], paused: false, ...row },
};

/** By the name of the schema in the document. Secrets are words that say what they stand for. */
export const REGISTRY_EXAMPLES: Readonly<Record<string, unknown>> = {
  Merchant: merchant,
  MerchantChange: { name: 'Acme', quotas: { requestsPerSecond: 50 } },
  MerchantToken: token,
  MerchantTokenOrder: { name: 'shop', expiresAt: '2099-01-15T09:30:00Z' },
  Connector: connector,
  ShownConnector: connector,
  ConnectorOrDocument: connector,
  ConnectorChange: {
    ...{ merchantId: 'acme', gateway: 'ixopay', name: 'Acme cards', testMode: false, active: true },
    settings: { apiKey: 'acme-cc-1' },
    secrets: { sharedSecret: 'the shared secret of the gateway’s console' },
    checks: { expectedFormat: 'json', maxAmount: '5000.00' },
  },
  RotationStart: { overlapDays: 8 },
  Rotation: rotation,
  StartedRotation: {
    ...rotation,
    keyId: 'k-2026-01',
    generated: { sharedSecret: 'shown here and never again' },
    connector,
    nextSteps: ['Give ixopay the new secret.', 'Watch callbacks that are still signed with the old one.'],
  },
  SecretRevocation: { keyId: 'k-2025-01' },
  CredentialChange: { secrets: { sharedSecret: 'the shared secret of the gateway’s console' }, active: false },
  CallbackTokenRenewal: { revokePrevious: true },
  ProvisionRequest: { dryRun: true },
  Provision: {
    outcome: 'shown',
    request: {
      method: 'POST',
      url: 'https://gateway.ixopay.com/api/v3/provisioning/updateConnector/1f4c6d1e',
      headers: { 'content-type': 'application/json' },
      body: { name: 'Acme cards', config: { sharedSecret: '***' } },
    },
    notes: [],
    mustChange: ['Merchant acme: every program that signs requests to IXOPAY with this secret.'],
  },
  Subscription: subscription,
  SubscriptionList: { items: [subscription], cursor: null },
  SubscriptionChange: { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'live' },
  SubscriptionTest: { taken: true, eventId: 'postrider:notice:test-1:1' },
};
