import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DeliveryStore, ParkingCursor } from '#shared/pipeline/ports.ts';
import { manyCursors } from './delivery-bulk.ts';
import { confirmations, nextQuestionAt, WAITING } from './delivery-confirmations.ts';
import { singleCursors } from './delivery-cursors.ts';
import { cursorOf, failedOf } from './delivery-items.ts';
import { CURSOR_STATES, kindsOf } from './delivery-keys.ts';
import { countUpTo, listPage, oldestAt } from './delivery-lists.ts';
import { oldSecrets } from './delivery-old-secrets.ts';
import * as requests from './delivery-requests.ts';
import type { DynamoSend } from './dynamo-send.ts';

export interface DynamoDeliveryDeps {
  readonly client: DynamoSend;
  readonly table: string;
}

export interface DynamoDelivery extends DeliveryStore {
  /** When the callback failed that has waited longest since (ISO); undefined: none failed. For the minute's gauges. */
  oldestFailedAt(): Promise<string | undefined>;
  /** When the next question is due (ISO), as far as the index knows by now; undefined: none waits. */
  nextQuestionAt(): Promise<string | undefined>;
}

/** `counts` looks no further: so many mean "so many or more". */
const MOST_COUNTED = 10_000;

/**
 * Parking cursors, failed rows and questions to gateways in the delivery table. Lists, counts and what is due are read
 * from indexes, which are late by moments; every decision stands on a condition or a consistent read.
 */
export function createDynamoDelivery({ client, table }: DynamoDeliveryDeps): DynamoDelivery {
  const count = (kinds: readonly string[]) => countUpTo(client, table, kinds, MOST_COUNTED);
  return {
    ...singleCursors(client, table),
    ...manyCursors(client, table),
    ...oldSecrets(client, table),
    cursors: ({ merchantId, subscriptionId, state, ...page }) => {
      const having = { ...(merchantId && { merchantId }), ...(subscriptionId && { subscriptionId }) };
      return listPage(
        client,
        table,
        { name: 'parked deliveries', kinds: cursorKinds(state), having, read: cursorOf },
        page,
      );
    },
    async putFailed(row) {
      await client.send(new PutItemCommand(requests.putFailed(table, row)));
    },
    async deleteFailed(callbackId) {
      await client.send(new DeleteItemCommand(requests.deleteFailed(table, callbackId)));
    },
    failed: (page) => listPage(client, table, { name: 'failed callbacks', kinds: FAILED, read: failedOf }, page),
    oldestFailedAt: () => oldestAt(client, table, FAILED),
    ...confirmations(client, table),
    nextQuestionAt: () => nextQuestionAt(client, table),
    async counts() {
      const [waiting, paused, dead, failed, questions] = await Promise.all([
        count(kindsOf('cursor#waiting')),
        count(kindsOf('cursor#paused')),
        count(kindsOf('cursor#dead')),
        count(FAILED),
        count(WAITING),
      ]);
      return { parked: Math.min(MOST_COUNTED, waiting + paused + dead), dead, failed, confirmations: questions };
    },
  };
}

const FAILED = kindsOf('failed');

/** An unknown state has no cursors. */
function cursorKinds(state: string | undefined): string[] {
  const states: readonly ParkingCursor['state'][] = CURSOR_STATES;
  return states.filter((one) => state === undefined || one === state).flatMap((one) => kindsOf(`cursor#${one}`));
}
