import * as z from 'zod';
import type { Clock, QueueSender } from '#shared/pipeline/ports.ts';
import { sendTestEvent } from '#shared/pipeline/test-event.ts';
import { auditFacts } from '#shared/registry/audit-change.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import { noSubscription } from '#shared/registry/write-subscription.ts';
import { json, refused } from '../answer.ts';
import { NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { named } from '../shapes/named.ts';
import { actingMerchant } from './operations.ts';

export interface SubscriptionTestRouteDeps {
  readonly registry: Pick<RegistryStore, 'subscription'> & AuditLog;
  readonly sender: QueueSender;
  readonly clock: Clock;
  readonly randomToken: (bytes: number) => string;
  /** `…/api/v1` */
  readonly schemaBase: string;
}

const testShape = named(
  'SubscriptionTest',
  z
    .object({
      taken: z.boolean().describe('Whether the queue took it'),
      eventId: z.string().describe('Of the event that was sent'),
      code: z.string().optional().describe('Where it was not taken: what the queue or the network said'),
      message: z.string().optional(),
    })
    .describe('What became of the test event'),
);

/** `POST …/test`, for every home that has a queue sender. */
export function subscriptionTestRoute(deps: SubscriptionTestRouteDeps): Route {
  return route({
    method: 'POST',
    path: '/merchants/{merchantId}/subscriptions/{subscriptionId}/test',
    operationId: 'testSubscription',
    tag: 'Subscriptions',
    summary: 'Send a marked event to the queue, and say whether the queue took it',
    description:
      'Its type is `postrider.test` and its subject, a notice, is new each time: no payment is behind it, and nothing is ' +
      'stored. It is sent whatever the filter, also while the subscription is paused. A consumer passes it to its ' +
      'handler, which knows it by its type.',
    auth: 'merchant',
    merchantView: 'path',
    params: z.strictObject({ merchantId: idShape, subscriptionId: idShape }),
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'What the queue said', schema: testShape } },
    async handle({ params: { merchantId, subscriptionId }, who, merchantId: by }) {
      const subscription = await deps.registry.subscription(merchantId, subscriptionId);
      if (subscription === undefined) return refused(noSubscription(merchantId, subscriptionId));
      const now = deps.clock.now();
      const { sender, schemaBase: apiBase } = deps;
      const report = await sendTestEvent({ sender, apiBase, now, testId: deps.randomToken(9) }, subscription);
      const { eventId, result } = report;
      await deps.registry.appendAudit({
        ...{ at: now.toISOString(), who, what: 'subscription.test', ...actingMerchant(by) },
        resource: `/merchants/${merchantId}/subscriptions/${subscriptionId}`,
        changes: auditFacts({ taken: result.ok, eventId }),
      });
      if (result.ok) return json({ taken: true, eventId });
      return json({ taken: false, eventId, code: result.code, message: result.message });
    },
  });
}
