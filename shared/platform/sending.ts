import { STSClient } from '@aws-sdk/client-sts';
import { createRoleCredentials } from '#shared/delivery/role-credentials.ts';
import { createSqsSender } from '#shared/delivery/sqs-sender.ts';
import { createBreaker } from '#shared/pipeline/breaker.ts';
import type { Clock } from '#shared/pipeline/ports.ts';
import type { RelayDeps } from '#shared/pipeline/relay.ts';
import type { RetryPlan } from '#shared/pipeline/retry-plan.ts';
import { createDynamoDelivery, type DynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import type { FunctionSettings } from './function-settings.ts';

/** Pauses grow from half a minute to a quarter of an hour; refused for four days, a delivery waits for an operator. */
const RETRY: RetryPlan = {
  firstPauseMs: 30_000,
  maxPauseMs: 900_000,
  deadAfterAttempts: (4 * 86_400) / 900,
  // Longer than any function runs: while one sends, no other claims.
  claimMs: 120_000,
};
/** A relay tries a queue that refuses once in a while: redelivery, another function, cannot tell it that the queue is back. */
const BREAKER: RetryPlan = { ...RETRY, firstPauseMs: 5_000, maxPauseMs: 60_000 };
/** One batch to a queue, all tries together. */
const SEND_MS = 5_000;

export type SendingSettings = Pick<
  FunctionSettings,
  'region' | 'ledgerTable' | 'registryTable' | 'deliveryTable' | 'apiBase'
>;

export interface Sending extends RelayDeps {
  readonly delivery: DynamoDelivery;
}

/** What relay, redeliver and redrive send with: DynamoDB's stores and SQS. */
export function createSending(settings: SendingSettings, client: DynamoSend, clock: Clock): Sending {
  const { region } = settings;
  const sts = new STSClient({ region });
  return {
    ledger: createDynamoLedger({ client, table: settings.ledgerTable }),
    registry: createDynamoRegistry({ client, table: settings.registryTable }),
    delivery: createDynamoDelivery({ client, table: settings.deliveryTable }),
    sender: createSqsSender({ region, timeoutMs: SEND_MS, roles: createRoleCredentials({ sts, clock }) }),
    clock,
    apiBase: settings.apiBase,
    retry: RETRY,
    breaker: createBreaker(clock, BREAKER),
  };
}
