import { eventId, type PostriderEvent, sequenceOf } from '#shared/model/event.ts';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { Subscription } from '#shared/registry/records.ts';
import { messageOf } from './messages.ts';
import type { PastVersion, QueueSender, SendResult } from './ports.ts';

/** Marks an event that no callback made: no pattern of a subscription matches it, and no payment has it. */
const TEST_EVENT_TYPE = 'postrider.test';
/** No connector has this id by accident: what an event is from must look like one. */
const TEST_CONNECTOR = 'postrider-test';

export interface TestEventDeps {
  readonly sender: QueueSender;
  /** `…/api/v1` */
  readonly apiBase: string;
  readonly now: Date;
  /** Tells this test from every other. */
  readonly testId: string;
}

export interface TestEventReport {
  readonly eventId: string;
  readonly result: SendResult;
}

/**
 * Sends a marked event to the queue of a subscription, as its own are sent, whatever its filter and also while it is
 * paused; nothing is stored. Its subject is new each time and it is that subject's first, so that a consumer's checks of
 * the chain pass.
 */
export async function sendTestEvent(deps: TestEventDeps, subscription: Subscription): Promise<TestEventReport> {
  const { merchantId, subscriptionId, queue } = subscription;
  const key: SubjectKey = { connectorId: TEST_CONNECTOR, type: 'notice', id: `test-${deps.testId}` };
  const time = deps.now.toISOString();
  const data = {
    ...{ version: 1, merchantId, connectorId: TEST_CONNECTOR, gateway: 'postrider', id: key.id, testMode: true },
    ...{ reasons: ['status'], changes: [], kind: 'notice', status: 'RECEIVED', proven: false, reason: 'test' },
    detail: `A test of subscription ${merchantId}/${subscriptionId}; no payment is behind it`,
  };
  const event: PostriderEvent = {
    specversion: '1.0',
    id: eventId(key, 1),
    type: TEST_EVENT_TYPE,
    source: `/connectors/${TEST_CONNECTOR}`,
    subject: `${key.type}/${key.id}`,
    time,
    datacontenttype: 'application/json',
    dataschema: `${deps.apiBase}/schemas/notice/1.json`,
    sequence: sequenceOf(1),
    previoussequence: sequenceOf(0),
    causeid: `${TEST_CONNECTOR}:${key.id}`,
    data,
  };
  const row: Pick<PastVersion, 'key' | 'merchantId' | 'mode'> = { key, merchantId, mode: 'test' };
  const message = messageOf(event, row, '');
  const [result] = await deps.sender.send(queue, [message]);
  const lost: SendResult = { id: event.id, ok: false, code: 'no_answer', message: 'the sender gave no result' };
  return { eventId: event.id, result: result ?? lost };
}
