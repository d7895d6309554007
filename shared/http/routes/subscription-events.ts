import * as z from 'zod';
import { SUBJECT_TYPES, type SubjectKey, type SubjectType } from '#shared/model/vocabulary.ts';
import { eventFor } from '#shared/pipeline/event-for.ts';
import type { PastVersion } from '#shared/pipeline/ports.ts';
import type { PageRequest } from '#shared/registry/records.ts';
import { noSubscription } from '#shared/registry/write-subscription.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound, refused } from '../answer.ts';
import { invalid, NO_BODY, type Route, route } from '../route.ts';
import { fromVersionParameter, idShape, MAX_LIMIT, pageParameters } from '../shapes/common.ts';
import { eventListShape } from '../shapes/subjects.ts';
import { allPages, pageRequest } from './pages.ts';
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
    merchantView: 'path',
    params: z.strictObject({ merchantId: idShape, subscriptionId: idShape }),
    query: z.strictObject({
      subject: z.string().min(1).max(600).meta({
        pattern: SUBJECT.source,
        description: "The event's subject, <type>/<gateway id>; or <connectorId>:<subject>",
      }),
      connectorId: idShape
        .exactOptional()
        .describe("Of the event's source; needed where several connectors of the merchant have such a subject"),
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
      const named = readSubject(subject, connectorId);
      if (named === undefined) return wrongSubject(subject, SUBJECT.test(subject) ? TWO_CONNECTORS : FORM);
      const keys = await keysOf(deps, merchantId, named);
      const [key] = keys;
      // One answer for both, so that a merchant learns nothing of another's subjects.
      if (key === undefined) {
        const where = named.connectorId === undefined ? '' : ` at ${named.connectorId}`;
        return notFound(`Merchant ${merchantId} has no ${named.type} ${JSON.stringify(named.id)}${where}.`);
      }
      if (keys.length > 1) {
        return wrongSubject(subject, `is one of ${keys.map((one) => one.connectorId).join(', ')}: add connectorId`);
      }
      const eventOf = (row: PastVersion) => eventFor(row, subscription.entries, deps.schemaBase);
      return json(await versionEvents(deps.ledger, key, from, pageRequest(call.query), eventOf));
    },
  });
}

const SUBJECT = new RegExp(`^(?:([A-Za-z0-9._~-]{1,64}):)?(${SUBJECT_TYPES.join('|')})[/:](.+)$`, 's');

const FORM = `must be <type>/<gateway id> or <connectorId>:<type>/<gateway id>; types: ${SUBJECT_TYPES.join(', ')}`;
const TWO_CONNECTORS = 'names another connector than connectorId does: send one of them';

/** A subject as a request names it: its connector may be left out. */
interface NamedSubject {
  readonly connectorId: string | undefined;
  readonly type: SubjectType;
  readonly id: string;
}

function readSubject(text: string, connectorId: string | undefined): NamedSubject | undefined {
  const [, inText, typeText, id] = SUBJECT.exec(text) ?? [];
  const type = SUBJECT_TYPES.find((one) => one === typeText);
  if (type === undefined || id === undefined) return undefined;
  if (connectorId !== undefined && inText !== undefined && inText !== connectorId) return undefined;
  return { connectorId: inText ?? connectorId, type, id };
}

/** The merchant's own subjects of that name: several where several of its connectors, not named, have one. */
async function keysOf(deps: AdminDeps, merchantId: string, named: NamedSubject): Promise<readonly SubjectKey[]> {
  const { connectorId, type, id } = named;
  const connectorIds = connectorId === undefined ? await connectorsOf(deps, merchantId) : [connectorId];
  const found = await Promise.all(
    connectorIds.map(async (owner): Promise<readonly SubjectKey[]> => {
      const key = { connectorId: owner, type, id };
      const { version } = await deps.ledger.newest(key);
      return version?.merchantId === merchantId ? [key] : [];
    }),
  );
  return found.flat();
}

/** Archived ones too: their events stay. */
async function connectorsOf({ registry }: AdminDeps, merchantId: string): Promise<readonly string[]> {
  const read = (page: PageRequest) => registry.connectors({ ...page, merchantId });
  const ids: string[] = [];
  for await (const connectors of allPages(await read({ limit: MAX_LIMIT }), read)) {
    ids.push(...connectors.map((connector) => connector.connectorId));
  }
  return ids;
}

function wrongSubject(subject: string, message: string) {
  return invalid('invalid_query', [{ field: 'subject', value: subject.slice(0, 64), message }]);
}
