import * as z from 'zod';
import {
  noSubscription,
  putSubscription,
  removeSubscription,
  renewReadToken,
  type SubscriptionChange,
} from '#shared/registry/write-subscription.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, noContent, refused, versioned } from '../answer.ts';
import { invalid, NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { subscriptionBody, subscriptionListShape, subscriptionShape, subscriptionView } from '../shapes/registry.ts';
import { idProblems, writeContext } from './write-context.ts';

const tag = 'Registry';
const path = '/merchants/{merchantId}/subscriptions/{subscriptionId}';
const params = z.strictObject({ merchantId: idShape, subscriptionId: idShape });

export function subscriptionRoutes(deps: AdminDeps): readonly Route[] {
  return [listRoute(deps), getRoute(deps), putRoute(deps), deleteRoute(deps), readTokenRoute(deps)];
}

function listRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/merchants/{merchantId}/subscriptions',
    operationId: 'listSubscriptions',
    tag,
    summary: 'All subscriptions of a merchant, by id',
    auth: 'merchant',
    merchantView: 'path',
    params: z.strictObject({ merchantId: idShape }),
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'The subscriptions', schema: subscriptionListShape } },
    async handle(call) {
      const subscriptions = await deps.registry.subscriptionsOf(call.params.merchantId);
      return json({ items: subscriptions.map((subscription) => subscriptionView(subscription)), cursor: null });
    },
  });
}

function getRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path,
    operationId: 'getSubscription',
    tag,
    summary: 'One subscription',
    auth: 'merchant',
    merchantView: 'path',
    params,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'The subscription', schema: subscriptionShape } },
    problems: ['not_found'],
    async handle(call) {
      const { merchantId, subscriptionId } = call.params;
      const subscription = await deps.registry.subscription(merchantId, subscriptionId);
      if (subscription === undefined) return refused(noSubscription(merchantId, subscriptionId));
      return versioned(subscriptionView(subscription));
    },
  });
}

function putRoute(deps: AdminDeps): Route {
  return route({
    method: 'PUT',
    path,
    operationId: 'putSubscription',
    tag,
    summary: 'Create or change a subscription, pause or resume it',
    description:
      'The read token is in the answer that creates it, and never again. A changed filter is in force for later ' +
      'versions only. `"paused": true` parks events; `false` delivers them in order. A managed queue is made here, and ' +
      'its `readers` may consume it; a queue of yours is named by its URL, with a role to send with where its own ' +
      'policy does not let us. docs/queues.md says what has to be set up for each.',
    auth: 'operator',
    conditional: true,
    params,
    query: NO_QUERY,
    body: subscriptionBody,
    answers: {
      200: { description: 'Changed, or as it was', schema: subscriptionShape },
      201: { description: 'Created; with its read token', schema: subscriptionShape },
    },
    problems: ['busy', 'queue_conflict', 'quota_exceeded'],
    async handle(call) {
      const { merchantId, subscriptionId } = call.params;
      const problems = idProblems(call.params, call.body);
      if (problems.length > 0) return invalid('invalid', problems);
      const { queue, types, kinds, connectors, mode, paused, startAt } = call.body;
      const filter = { types, kinds, connectors, mode };
      const change = { merchantId, subscriptionId, queue: queueChoice(queue), filter, paused, startAt };
      const result = await putSubscription(deps, change, writeContext(deps, call));
      if (!result.ok) return refused(result);
      const { subscription, readToken } = result.record;
      await deps.registryChanged('subscription', `${merchantId}/${subscriptionId}`);
      if (!subscription.paused) await resume(deps, merchantId, subscriptionId);
      return versioned(subscriptionView(subscription, readToken), result.created);
    },
  });
}

/** Also when it was not paused just now: a resume that stopped half way is finished by the next PUT. */
async function resume(deps: AdminDeps, merchantId: string, subscriptionId: string): Promise<void> {
  const paused = await deps.delivery.cursors({ merchantId, subscriptionId, state: 'paused', limit: 1 });
  if (paused.items.length === 0) return;
  await deps.delivery.releaseCursors(merchantId, subscriptionId, deps.clock.now().toISOString());
}

function queueChoice(queue: z.output<typeof subscriptionBody>['queue']): SubscriptionChange['queue'] {
  const { url, fifo, roleArn, readers } = queue;
  if (url === undefined) {
    return { managed: true, fifo: fifo ?? true, ...(readers === undefined ? {} : { readers }) };
  }
  return {
    managed: false,
    url,
    fifo: fifo ?? url.endsWith('.fifo'),
    ...(roleArn === undefined ? {} : { roleArn }),
  };
}

function deleteRoute(deps: AdminDeps): Route {
  return route({
    method: 'DELETE',
    path,
    operationId: 'deleteSubscription',
    tag,
    summary: 'Remove a subscription and what is parked for it; its queue stays',
    auth: 'operator',
    conditional: true,
    params,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 204: { description: 'Removed' } },
    problems: ['not_found'],
    async handle(call) {
      const { merchantId, subscriptionId } = call.params;
      const result = await removeSubscription(deps.registry, merchantId, subscriptionId, writeContext(deps, call));
      if (!result.ok) return refused(result);
      // Cursors go last: before that, a delivery under way could park again.
      await deps.registryChanged('subscription', `${merchantId}/${subscriptionId}`);
      await deps.delivery.deleteCursorsOf(merchantId, subscriptionId);
      return noContent();
    },
  });
}

function readTokenRoute(deps: AdminDeps): Route {
  return route({
    method: 'POST',
    path: `${path}/read-token`,
    operationId: 'renewReadToken',
    tag,
    summary: 'Make a new read token; the old one is worth nothing from then on',
    auth: 'operator',
    conditional: true,
    params,
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 200: { description: 'With the new read token, shown once', schema: subscriptionShape } },
    problems: ['not_found', 'busy'],
    async handle(call) {
      const { merchantId, subscriptionId } = call.params;
      const result = await renewReadToken(deps, merchantId, subscriptionId, writeContext(deps, call));
      if (!result.ok) return refused(result);
      await deps.registryChanged('subscription', `${merchantId}/${subscriptionId}`);
      return versioned(subscriptionView(result.record.subscription, result.record.readToken));
    },
  });
}
