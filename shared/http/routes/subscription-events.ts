import { z } from 'zod';
import { SUBJECT_TYPES, type SubjectKey } from '#shared/model/vocabulary.ts';
import { eventFor } from '#shared/pipeline/event-for.ts';
import type { PastVersion } from '#shared/pipeline/ports.ts';
import { noSubscription } from '#shared/registry/write-subscription.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound, refused } from '../answer.ts';
import { invalid, NO_BODY, type Route, route } from '../route.ts';
import { fromVersionParameter, idShape, pageParameters } from '../shapes/common.ts';
import { eventListShape } from '../shapes/subjects.ts';
import { pageRequest } from './pages.ts';
import { versionEvents } from './version-events.ts';

/** What a consumer fills gaps with: a subject's events as this subscription receives them. */
export function subscriptionEventsRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/merchants/{merchantId}/subscriptions/{subscriptionId}/events',
    operationId: 'getSubscriptionEvents',
    tag: 'Subscriptions',
    summary: 'Events of one subject as delivered to a subscription',
    description: "Chain and filters are the subscription's own. Its read token suffices.",
    auth: 'subscription',
    params: z.strictObject({ merchantId: idShape, subscriptionId: idShape }),
    query: z.strictObject({
      subject: z
        .string()
        .min(1)
        .max(600)
        .describe("The event's subject, <type>/<gateway id>; or <connectorId>:<subject>"),
      connectorId: idShape.exactOptional().describe("Of the event's source; left out where subject holds it"),
      from: fromVersionParameter.exactOptional(),
      ...pageParameters,
    }),
    body: NO_BODY,
    answers: { 200: { description: 'In the order of versions', schema: eventListShape } },
    problems: ['not_found'],
    async handle(call) {
      const { merchantId, subscriptionId } = call.params;
      const { subject, connectorId, from = 1 } = call.query;
      const subscription = await deps.registry.subscription(merchantId, subscriptionId);
      if (subscription === undefined) return refused(noSubscription(merchantId, subscriptionId));
      const key = readSubject(subject, connectorId);
      if (key === undefined) {
        const message =
          'must be <type>/<gateway id> with the parameter connectorId, or <connectorId>:<type>/<gateway id>; ' +
          `types: ${SUBJECT_TYPES.join(', ')}`;
        return invalid('invalid_query', [{ field: 'subject', value: subject.slice(0, 64), message }]);
      }
      const { version } = await deps.ledger.newest(key);
      // One answer for both, so that a merchant learns nothing of another's subjects.
      if (version === undefined || version.merchantId !== merchantId) {
        return notFound(`Merchant ${merchantId} has no ${key.type} ${JSON.stringify(key.id)} at ${key.connectorId}.`);
      }
      const eventOf = (row: PastVersion) => eventFor(row, subscription.entries, deps.schemaBase);
      return json(await versionEvents(deps.ledger, key, from, pageRequest(call.query), eventOf));
    },
  });
}

const SUBJECT = new RegExp(`^(?:([A-Za-z0-9._~-]{1,64}):)?(${SUBJECT_TYPES.join('|')})[/:](.+)$`, 's');

function readSubject(text: string, connectorId: string | undefined): SubjectKey | undefined {
  const [, inText, typeText, id] = SUBJECT.exec(text) ?? [];
  const type = SUBJECT_TYPES.find((one) => one === typeText);
  const owner = inText ?? connectorId;
  if (type === undefined || id === undefined || owner === undefined) return undefined;
  if (connectorId !== undefined && owner !== connectorId) return undefined;
  return { connectorId: owner, type, id };
}
