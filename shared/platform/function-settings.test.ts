import { describe, expect, it } from 'vitest';
import { functionSettings, type SettingName } from './function-settings.ts';

const ENV = {
  POSTRIDER_ENVIRONMENT: 'dev',
  POSTRIDER_INBOX_TABLE: 'postrider-dev-inbox',
  POSTRIDER_LEDGER_TABLE: 'postrider-dev-ledger',
  POSTRIDER_REGISTRY_TABLE: 'postrider-dev-registry',
  POSTRIDER_DELIVERY_TABLE: 'postrider-dev-delivery',
  POSTRIDER_SECRETS_KEY: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  POSTRIDER_RETENTION_DAYS: '400',
  POSTRIDER_CALLBACK_BASE: 'https://callbacks.example.com/pay/',
  POSTRIDER_API_BASE: 'https://admin.example.com/api/v1',
  POSTRIDER_QUEUE_PREFIX: 'postrider-dev-',
  POSTRIDER_QUEUE_ACCOUNTS: '123456789012,210987654321',
  POSTRIDER_RELEASE: '0.1.0+abc',
  AWS_REGION: 'eu-central-1',
};
const NAMES: readonly SettingName[] = [
  ...(['environment', 'inboxTable', 'ledgerTable', 'registryTable', 'deliveryTable', 'secretsKey'] as const),
  ...(['retentionDays', 'callbackBase', 'apiBase', 'queuePrefix', 'queueAccounts', 'release', 'region'] as const),
];

describe('settings of a function', () => {
  it('are read whole', () => {
    expect(functionSettings(ENV, NAMES)).toEqual({
      environment: 'dev',
      inboxTable: 'postrider-dev-inbox',
      ledgerTable: 'postrider-dev-ledger',
      registryTable: 'postrider-dev-registry',
      deliveryTable: 'postrider-dev-delivery',
      secretsKey: ENV.POSTRIDER_SECRETS_KEY,
      retentionDays: 400,
      callbackBase: 'https://callbacks.example.com/pay',
      apiBase: 'https://admin.example.com/api/v1',
      queuePrefix: 'postrider-dev-',
      queueAccounts: ['123456789012', '210987654321'],
      release: '0.1.0+abc',
      region: 'eu-central-1',
    });
  });

  it('no approved account is an empty list', () => {
    const settings = functionSettings({ POSTRIDER_QUEUE_ACCOUNTS: '' }, ['queueAccounts']);
    expect(settings.queueAccounts).toEqual([]);
  });

  it('names every missing variable at once, and none that is not asked for', () => {
    expect(() => functionSettings({}, ['environment', 'inboxTable', 'queueAccounts'])).toThrow(
      /POSTRIDER_ENVIRONMENT is missing: must be .*; POSTRIDER_INBOX_TABLE is missing.*; POSTRIDER_QUEUE_ACCOUNTS is missing/,
    );
    expect(functionSettings({ AWS_REGION: 'us-east-1' }, ['region'])).toEqual({ region: 'us-east-1' });
  });

  it.each([
    ['POSTRIDER_ENVIRONMENT', 'Dev', 'lower-case'],
    ['POSTRIDER_INBOX_TABLE', '', 'missing'],
    ['POSTRIDER_INBOX_TABLE', 'a b', 'DynamoDB table'],
    ['POSTRIDER_SECRETS_KEY', 'alias/secrets', 'ARN of a KMS key'],
    ['POSTRIDER_RETENTION_DAYS', '0', 'from 1 to 3650'],
    ['POSTRIDER_RETENTION_DAYS', '4000', 'from 1 to 3650'],
    ['POSTRIDER_RETENTION_DAYS', '30.5', 'from 1 to 3650'],
    ['POSTRIDER_CALLBACK_BASE', 'http://callbacks.example.com', 'https'],
    ['POSTRIDER_CALLBACK_BASE', 'callbacks.example.com', 'https'],
    ['POSTRIDER_CALLBACK_BASE', 'https://user@callbacks.example.com', 'https'],
    ['POSTRIDER_API_BASE', 'https://admin.example.com', 'ending in /api/v1'],
    ['POSTRIDER_API_BASE', 'https://admin.example.com/api/v1?x=1', 'without query'],
    ['POSTRIDER_QUEUE_PREFIX', 'with.dot-', '40'],
    ['POSTRIDER_QUEUE_ACCOUNTS', '12345', '12 digits'],
    ['POSTRIDER_RELEASE', 'two words', 'ASCII'],
    ['AWS_REGION', 'europe', 'region'],
  ])('%s=%j is refused with its value and what is allowed', (name, value, allowed) => {
    const refusal = () => functionSettings({ ...ENV, [name]: value }, NAMES);
    expect(refusal).toThrow(name);
    expect(refusal).toThrow(allowed);
    if (value !== '') expect(refusal).toThrow(JSON.stringify(value));
  });
});
