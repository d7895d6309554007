import * as z from 'zod';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { BackfillOptions, BackfillReport, BackfillRequest } from '#shared/pipeline/backfill.ts';
import type { Clock } from '#shared/pipeline/ports.ts';
import { auditFacts } from '#shared/registry/audit-change.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import type { RegistryStore, Subscription } from '#shared/registry/records.ts';
import { startSubscriptionAt } from '#shared/registry/subscription-start.ts';
import { noSubscription } from '#shared/registry/write-subscription.ts';
import { json, refused } from '../answer.ts';
import { problem } from '../problem.ts';
import { invalid, NO_QUERY, type Route, route } from '../route.ts';
import { backfillBody, backfillShape } from '../shapes/backfill.ts';
import { idShape } from '../shapes/common.ts';
import { writeContext } from './write-context.ts';

export interface BackfillRouteDeps {
  readonly registry: RegistryStore & AuditLog;
  readonly clock: Clock;
  readonly registryChanged: (kind: 'subscription', id: string) => Promise<void>;
  /** One page, in about {@link PAGE_BUDGET_MS}. */
  readonly backfill: (
    subscription: Subscription,
    request: BackfillRequest,
    options: BackfillOptions,
  ) => Promise<BackfillReport>;
}

/** HTTP API gives up on an answer after 30 s. */
export const PAGE_BUDGET_MS = 20_000;

/** `POST …/backfill`, for every home that has a queue sender. */
export function backfillRoute(deps: BackfillRouteDeps): Route {
  return route({
    method: 'POST',
    path: '/merchants/{merchantId}/subscriptions/{subscriptionId}/backfill',
    operationId: 'backfillSubscription',
    tag: 'Subscriptions',
    summary: 'Send stored events again, with the same ids, page by page',
    description:
      'Events of the merchant whose time lies in [from, to), that the subscription wants by its filter in force at that ' +
      'time, and that fit `types`. Repeat the request with the `cursor` of its answer until that is null. A `from` ' +
      'before the subscription began lets it begin there, with its first filter. Events that the consumer has handled ' +
      'come again, with their ids; a subject whose events are parked is waited for (`heldUpBy`).',
    auth: 'operator',
    params: z.strictObject({ merchantId: idShape, subscriptionId: idShape }),
    query: NO_QUERY,
    body: backfillBody,
    answers: { 200: { description: 'What this page sent', schema: backfillShape } },
    problems: ['not_found', 'paused', 'busy', 'invalid_cursor'],
    async handle(call) {
      const { merchantId, subscriptionId } = call.params;
      const { from, to, types = [], cursor } = call.body;
      if (to <= from) return invalid('invalid', [{ field: '/to', value: to, message: 'must be after from' }]);
      const found = await deps.registry.subscription(merchantId, subscriptionId);
      if (found === undefined) return refused(noSubscription(merchantId, subscriptionId));
      if (found.paused) {
        const detail = `Subscription ${merchantId}/${subscriptionId} is paused: PUT it with "paused": false first.`;
        return problem('paused', detail);
      }
      const context = writeContext(deps, call);
      const started = await startSubscriptionAt(deps.registry, merchantId, subscriptionId, from, context);
      if (!started.ok) return refused(started);
      if (started.record.version !== found.version) {
        await deps.registryChanged('subscription', `${merchantId}/${subscriptionId}`);
      }
      const resource = `/merchants/${merchantId}/subscriptions/${subscriptionId}`;
      const changes = auditFacts({ from, to, types });
      await deps.registry.appendAudit({
        ...{ at: context.now.toISOString(), who: call.who, what: 'subscription.backfill', resource, changes },
      });
      const options = { budgetMs: PAGE_BUDGET_MS, ...(cursor === undefined ? {} : { cursor }) };
      return json(view(await deps.backfill(started.record, { from, to, types }, options)));
    },
  });
}

function view(report: BackfillReport): z.infer<typeof backfillShape> {
  const { backfillId, events, subjects, skipped, heldUpBy, cursor } = report;
  return {
    ...{ backfillId, events, subjects, cursor },
    skipped: skipped.map(({ key, version, code, message }) => ({ ...subjectMembers(key), version, code, message })),
    heldUpBy: heldUpBy && { ...subjectMembers(heldUpBy.key), code: heldUpBy.code, message: heldUpBy.message },
  };
}

function subjectMembers({ connectorId, type, id }: SubjectKey) {
  return { connectorId, subject: `${type}/${id}` };
}
