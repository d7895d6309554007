import type { ScheduleStatus } from '#shared/model/vocabulary.ts';
import { present } from '../present.ts';
import type { Tree } from './document.ts';
import { idAt, textAt, timeAt, wordAt } from './fields.ts';
import { unknownStatus, withoutId } from './payment.ts';
import type { ReadResource } from './statement-context.ts';

/** Subscriptions v1; billing agreements, which came before, write the same words in small letters as `state`. */
const SUBSCRIPTION_WORDS: ReadonlyMap<string, ScheduleStatus> = new Map<string, ScheduleStatus>([
  ['APPROVAL_PENDING', 'CREATE_PENDING'],
  ['APPROVED', 'CREATE_PENDING'],
  ['PENDING', 'CREATE_PENDING'],
  ['CREATED', 'CREATE_PENDING'],
  ['ACTIVE', 'ACTIVE'],
  ['REACTIVATED', 'ACTIVE'],
  ['SUSPENDED', 'PAUSED'],
  ['CANCELLED', 'CANCELLED'],
  ['CANCELED', 'CANCELLED'],
  ['EXPIRED', 'COMPLETED'],
  ['PAYMENT_FAILED', 'ERROR'],
]);

export const readSubscription: ReadResource = (tree, context) => {
  const id = idAt(tree, 'id');
  if (id === undefined) return [withoutId(context)];
  const said = SUBSCRIPTION_WORDS.get(wordAt(tree, 'status') ?? wordAt(tree, 'state') ?? '');
  const failed = context.impliedStatus === 'PAYMENT_FAILED' && (said === undefined || said === 'ACTIVE');
  const status = failed ? 'ERROR' : (said ?? SUBSCRIPTION_WORDS.get(context.impliedStatus ?? ''));
  if (status === undefined) return [unknownStatus(context)];
  return [
    present({
      about: 'schedule' as const,
      id,
      status,
      // A failed payment is an event, and leaves the subscription's own times as they were.
      gatewayTime: failed ? (context.eventTime ?? changedAt(tree)) : (changedAt(tree) ?? context.eventTime),
      scheduledAt:
        timeAt(tree, 'billing_info', 'next_billing_time') ?? timeAt(tree, 'agreement_details', 'next_billing_date'),
      metadata: textAt(tree, 'custom_id'),
      anomalies: [],
    }),
  ];
};

/** A payment changes update_time, a change of the status status_update_time. */
function changedAt(tree: Tree): string | undefined {
  const times = [timeAt(tree, 'update_time'), timeAt(tree, 'status_update_time'), timeAt(tree, 'create_time')];
  return times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
}
