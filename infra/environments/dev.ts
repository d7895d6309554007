import type { EnvironmentSettings } from './settings.ts';

/** For trying out, in a new account too: everything may be deleted, nothing is reserved. */
export const dev: EnvironmentSettings = {
  name: 'dev',
  region: 'eu-central-1',
  throttle: { callbacksPerSecond: 50, burst: 100 },
  retentionDays: 400,
  logRetentionDays: 7,
  tablesOnDelete: 'destroy',
  terminationProtection: false,
  pointInTimeRecovery: false,
  deletionProtection: false,
  customerManagedKeys: false,
  canary: false,
  dashboard: false,
  alarms: {},
  trafficExpected: false,
  gatewaysExpected: ['ixopay'],
  tracing: 'off',
  queueAccounts: [],
  // Whomever IAM lets in, as administrators are.
  access: { operators: ['role/*', 'user/*', 'root'], merchants: { 'role/postrider-merchant-*': '*' } },
};
