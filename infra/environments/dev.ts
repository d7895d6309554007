import { environmentSettings } from './settings.ts';

/** For trying out: everything may be deleted. */
export const dev = environmentSettings({
  name: 'dev',
  region: 'eu-central-1',
  pointInTimeRecovery: false,
  tablesOnDelete: 'destroy',
  logRetentionDays: 7,
});
