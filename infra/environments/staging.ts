import type { EnvironmentSettings } from './settings.ts';

/** Built like prod, so that what would break there breaks here first; smaller, and it may stand idle. */
export const staging: EnvironmentSettings = {
  name: 'staging',
  region: 'eu-central-1',
  throttle: { callbacksPerSecond: 200, burst: 400 },
  // The account needs a concurrency quota of 190 at least: Lambda keeps 100 unreserved (docs/deploy.md).
  reservedConcurrency: { receive: 50, apply: 20, relay: 20 },
  retentionDays: 400,
  logRetentionDays: 30,
  tablesOnDelete: 'retain',
  terminationProtection: true,
  pointInTimeRecovery: true,
  deletionProtection: true,
  customerManagedKeys: true,
  canary: true,
  dashboard: true,
  alarms: {},
  trafficExpected: false,
  gatewaysExpected: ['ixopay'],
  tracing: 'active',
  queueAccounts: [],
  // No users with keys that last.
  access: { operators: ['role/*'], merchants: { 'role/postrider-merchant-*': '*' } },
};
