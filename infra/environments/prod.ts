import type { EnvironmentSettings } from './settings.ts';

/**
 * Real traffic. Fill in `account`, `domain` and `alarms` before the first deployment: gateways keep the callback URLs
 * they are given, so give them a name of your own from the beginning.
 */
export const prod: EnvironmentSettings = {
  name: 'prod',
  region: 'eu-central-1',
  throttle: { callbacksPerSecond: 1_000, burst: 1_500 },
  // The account needs a concurrency quota of 450 at least: Lambda keeps 100 unreserved (docs/deploy.md).
  reservedConcurrency: { receive: 200, apply: 100, relay: 50 },
  retentionDays: 400,
  logRetentionDays: 90,
  tablesOnDelete: 'retain',
  terminationProtection: true,
  pointInTimeRecovery: true,
  deletionProtection: true,
  customerManagedKeys: true,
  canary: true,
  dashboard: true,
  alarms: {},
  trafficExpected: true,
  gatewaysExpected: ['ixopay'],
  tracing: 'active',
  queueAccounts: [],
  // Who works with it takes this role on; IAM says who may (docs/access.md).
  access: { operators: ['role/postrider-operator'], merchants: { 'role/postrider-merchant-*': '*' } },
};
