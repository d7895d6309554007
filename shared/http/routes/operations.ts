import * as z from 'zod';
import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { ConfirmRequest, ParkingCursor } from '#shared/pipeline/ports.ts';
import type { AuditEntry } from '#shared/registry/records.ts';
import { noSubscription } from '#shared/registry/write-subscription.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, refused } from '../answer.ts';
import { problem } from '../problem.ts';
import { NO_BODY, NO_PARAMS, NO_QUERY, type Route, route } from '../route.ts';
import { idShape, pageParameters, timeParameter } from '../shapes/common.ts';
import {
  auditListShape,
  confirmationListShape,
  failedListShape,
  parkedListShape,
  redriveShape,
  statusShape,
} from '../shapes/operations.ts';
import { pageRequest } from './pages.ts';

const tag = 'Operations';
const page = z.strictObject(pageParameters);
const base = { method: 'GET', tag, auth: 'operator', params: NO_PARAMS, body: NO_BODY } as const;

/** What waits, what failed, who did what, and whether all is quiet. */
export function operationRoutes(deps: AdminDeps): readonly Route[] {
  return [
    statusRoute(deps),
    parkedRoute(deps),
    redriveRoute(deps),
    route({
      ...base,
      path: '/confirmations',
      operationId: 'listConfirmations',
      summary: 'Questions to gateways that wait or were given up, newest first',
      query: z.strictObject({
        connectorId: idShape.exactOptional(),
        state: z.enum(['waiting', 'done', 'given_up']).exactOptional(),
        ...pageParameters,
      }),
      answers: { 200: { description: 'A page of questions, and how many wait', schema: confirmationListShape } },
      async handle({ query }) {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        const found = await deps.delivery.confirmations({ ...filter, ...pageRequest(query) });
        const { confirmations: count } = await deps.delivery.counts();
        return json({ items: found.items.map(confirmationView), count, cursor: found.cursor });
      },
    }),
    route({
      ...base,
      path: '/failed',
      operationId: 'listFailed',
      summary: 'Callbacks that a bug of ours kept from being applied; replayed after the fix',
      query: page,
      answers: { 200: { description: 'A page of failures', schema: failedListShape } },
      handle: async ({ query }) => json(await deps.delivery.failed(pageRequest(query))),
    }),
    auditRoute(deps),
  ];
}

function auditRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    path: '/audit',
    operationId: 'listAudit',
    summary: 'Who changed what, newest first',
    description:
      'Looks at raw callbacks too. Of secrets the name alone. A page may be short, and have a cursor. With `merchantId` ' +
      'what that merchant did itself.',
    auth: 'merchant',
    merchantView: 'query',
    query: z.strictObject({
      resource: z
        .string()
        .regex(/^\/./, 'must begin with /, as /merchants/acme')
        .max(1_024)
        .exactOptional()
        .describe('This and what lies under it: `/merchants/acme`'),
      from: timeParameter.exactOptional().describe('Not before'),
      to: timeParameter.exactOptional().describe('Before'),
      merchantId: idShape.exactOptional().describe('Done by this merchant'),
      ...pageParameters,
    }),
    answers: { 200: { description: 'A page of entries', schema: auditListShape } },
    async handle({ query }) {
      const { limit: _limit, cursor: _cursor, resource, ...filter } = query;
      const under = resource === undefined ? {} : { resource: resource.replace(/\/+$/, '') };
      return json(await deps.registry.audit({ ...filter, ...under, ...pageRequest(query) }));
    },
  });
}

/** As the record of changes has it. */
export function actingMerchant(merchantId: string | undefined): Pick<AuditEntry, 'merchantId'> {
  return merchantId === undefined ? {} : { merchantId };
}

function statusRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    path: '/status',
    operationId: 'getStatus',
    summary: 'What is under way; all zero means quiet',
    description:
      'Counted exactly in the embedded home. On AWS, where streams tell nobody how far they are read, unapplied and ' +
      'unpublished are judged by the newest 50 stored callbacks (50 means 50 or more): those that have done nothing yet, and ' +
      'of the subjects of the others those whose head stays behind, or whose newest version is younger than 10 seconds and may ' +
      'be on its way. A relay that stands still for longer is seen by its lag and its alarm, not here.',
    query: NO_QUERY,
    answers: { 200: { description: 'Counts', schema: statusShape } },
    async handle() {
      const { unapplied, unpublished } = await deps.progress();
      const { parked, failed, confirmations } = await deps.delivery.counts();
      return json({ inbox: { unapplied }, relay: { unpublished }, parked, failed, confirmations });
    },
  });
}

function parkedRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    path: '/parked',
    operationId: 'listParked',
    auth: 'merchant',
    merchantView: 'query',
    summary: 'Subjects whose events wait for a queue that refused',
    query: z.strictObject({
      merchantId: idShape.exactOptional(),
      subscriptionId: idShape.exactOptional(),
      state: z.enum(['waiting', 'paused', 'dead']).exactOptional(),
      ...pageParameters,
    }),
    answers: { 200: { description: 'A page of cursors', schema: parkedListShape } },
    async handle({ query }) {
      const { limit: _limit, cursor: _cursor, ...filter } = query;
      const found = await deps.delivery.cursors({ ...filter, ...pageRequest(query) });
      return json({ items: found.items.map(parkedView), cursor: found.cursor });
    },
  });
}

function redriveRoute(deps: AdminDeps): Route {
  return route({
    ...base,
    method: 'POST',
    path: '/parked/{merchantId}/{subscriptionId}/redrive',
    operationId: 'redriveParked',
    auth: 'merchant',
    merchantView: 'path',
    summary: 'Deliver what is parked for a subscription now, what was given up included',
    params: z.strictObject({ merchantId: idShape, subscriptionId: idShape }),
    query: NO_QUERY,
    answers: { 200: { description: 'How many subjects were released', schema: redriveShape } },
    problems: ['not_found', 'paused'],
    async handle({ params: { merchantId, subscriptionId }, who, merchantId: by }) {
      const subscription = await deps.registry.subscription(merchantId, subscriptionId);
      if (subscription === undefined) return refused(noSubscription(merchantId, subscriptionId));
      if (subscription.paused) {
        const detail = `Subscription ${merchantId}/${subscriptionId} is paused: PUT it with "paused": false instead.`;
        return problem('paused', detail);
      }
      const at = deps.clock.now().toISOString();
      const resource = `/merchants/${merchantId}/subscriptions/${subscriptionId}`;
      await deps.registry.appendAudit({
        at,
        who,
        what: 'subscription.redrive',
        resource,
        changes: [],
        ...actingMerchant(by),
      });
      return json({ released: await deps.delivery.releaseCursors(merchantId, subscriptionId, at) });
    },
  });
}

function parkedView(cursor: ParkingCursor): object {
  const { merchantId, subscriptionId, from, upTo, attempts, nextAt, state, parkedAt, lastError } = cursor;
  return {
    ...{ merchantId, subscriptionId, ...subjectMembers(cursor.subject) },
    ...{ from, upTo, attempts, nextAt, state, parkedAt, lastError },
  };
}

export function confirmationView({ about, nextAt, causeId, hasTurn: _, ...request }: ConfirmRequest): object {
  return { ...request, ...aboutMembers(about), nextAt, ...(causeId !== undefined && { causeId }) };
}

function aboutMembers(about: ConfirmRequest['about']): object {
  if (about.type === 'subject') return { subject: `${about.subject.type}/${about.subject.id}` };
  if (about.type === 'reference') return { merchantReference: about.merchantReference };
  return { span: { from: about.from, to: about.to } };
}

/** As events name it. */
function subjectMembers(key: SubjectKey): object {
  return { connectorId: key.connectorId, subject: `${key.type}/${key.id}` };
}
