import { vi } from 'vitest';
import type { TableNames } from '../dynamodb/create-tables.ts';
import type { DynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import type { AwsStub } from './aws-stub.ts';

export type Functions = Readonly<{
  receive: typeof import('../../functions/receive/handler.ts').handler;
  apply: typeof import('../../functions/apply/handler.ts').handler;
  relay: typeof import('../../functions/relay/handler.ts').handler;
  redeliver: typeof import('../../functions/redeliver/handler.ts').handler;
  confirm: typeof import('../../functions/confirm/handler.ts').handler;
  admin: typeof import('../../functions/admin/handler.ts').handler;
}>;

/** Whom the functions take for an operator. */
export const OPERATOR = 'arn:aws:iam::123456789012:user/ops';
/** Of the merchant `acme`. */
export const MERCHANT = 'arn:aws:sts::123456789012:assumed-role/shop-acme/session';

/** The deployed entry points with their own wiring, as they begin in a new process. */
export async function deployFunctions(engine: DynamoDbLocal, stub: AwsStub, tables: TableNames): Promise<Functions> {
  const env = {
    POSTRIDER_ENVIRONMENT: 'dev',
    POSTRIDER_INBOX_TABLE: tables.inbox,
    POSTRIDER_LEDGER_TABLE: tables.ledger,
    POSTRIDER_REGISTRY_TABLE: tables.registry,
    POSTRIDER_DELIVERY_TABLE: tables.delivery,
    POSTRIDER_SECRETS_KEY: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    POSTRIDER_RETENTION_DAYS: '400',
    POSTRIDER_CALLBACK_BASE: 'https://callbacks.example.com',
    POSTRIDER_API_BASE: 'https://admin.example.com/api/v1',
    POSTRIDER_QUEUE_PREFIX: 'postrider-dev-',
    POSTRIDER_QUEUE_ACCOUNTS: '',
    POSTRIDER_RELEASE: 'test-1',
    POSTRIDER_ACCESS: JSON.stringify({
      account: '123456789012',
      operators: ['user/ops'],
      merchants: { 'role/shop-*': '*' },
    }),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    AWS_ENDPOINT_URL_KMS: stub.endpoint,
    AWS_ENDPOINT_URL_SQS: stub.endpoint,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.resetModules();
  const [receive, apply, relay, redeliver, confirm, admin] = await Promise.all([
    import('../../functions/receive/handler.ts'),
    import('../../functions/apply/handler.ts'),
    import('../../functions/relay/handler.ts'),
    import('../../functions/redeliver/handler.ts'),
    import('../../functions/confirm/handler.ts'),
    import('../../functions/admin/handler.ts'),
  ]);
  return {
    receive: receive.handler,
    apply: apply.handler,
    relay: relay.handler,
    redeliver: redeliver.handler,
    confirm: confirm.handler,
    admin: admin.handler,
  };
}
