import type {
  AskConnector,
  AskDeps,
  AskFailure,
  Asking,
  AskOutcome,
  FetchedStatement,
  Question,
  SubjectQuestion,
} from '../asking.ts';
import { readApi } from './api.ts';
import { discoverPaypal } from './discover.ts';
import { at, isTree, readDocument, type Tree } from './document.ts';
import { ruleOf } from './event-rules.ts';
import { isId } from './fields.ts';
import { isForeign } from './merchant-ids.ts';
import { resourceIdOf } from './read-event.ts';
import { EVENT, isResourceName, pathOf, type ResourceName } from './resource-names.ts';

/** PayPal publishes no figure ("Rate limiting guidelines"): a cautious one of our own. */
const PER_MINUTE = 300;
/** An unclaimed payout is returned after 30 days, an eCheck cleared after some ten. */
const HORIZON_DAYS = 45;

/** How PayPal's REST API is asked: every object by its id, and the app's webhook events by time. */
export const paypalAsking: Asking = {
  limitsOf({ requestsPerMinute }) {
    return { perMinute: typeof requestsPerMinute === 'number' ? requestsPerMinute : PER_MINUTE };
  },
  horizonMinutes: HORIZON_DAYS * 24 * 60,
  missing({ settings, secretNames }) {
    return [
      ...(typeof settings['clientId'] === 'string' ? [] : ['/settings/clientId']),
      ...(secretNames.includes('clientSecret') ? [] : ['/secrets/clientSecret']),
    ];
  },
  ask: askPaypal,
  discover: discoverPaypal,
};

/** What an object may be that only its kind is known of. */
const BY_KIND: Readonly<Record<string, readonly ResourceName[]>> = {
  debit: ['capture', 'sale'],
  capture: ['capture', 'capture-v1'],
  chargeback: ['capture', 'sale'],
  chargeback_reversal: ['capture', 'sale'],
  preauthorize: ['authorization', 'authorization-v1'],
  void: ['authorization', 'authorization-v1'],
  refund: ['refund', 'refund-v1'],
  dispute: ['dispute'],
  payout: ['payouts-item', 'payouts-batch', 'referenced-payout-item'],
  register: ['payment-token'],
  deregister: ['payment-token'],
};
const UNKNOWN: readonly ResourceName[] = ['capture', 'sale', 'authorization', 'refund'];

async function askPaypal(deps: AskDeps, connector: AskConnector, question: Question): Promise<AskOutcome> {
  if (question.about === 'reference') return cannot('PayPal has no look-up by a merchant’s reference.');
  // Of a derived subject PayPal knows what stands before the "~".
  const [id = ''] = question.id.split('~');
  if (!isId(id)) return cannot('The id is none that PayPal makes: it cannot stand in a URL.');
  const eventId = await eventToRead(question);
  const event = eventId === undefined ? undefined : await readEventById(deps, connector, eventId);
  if (question.as === EVENT) {
    return event ?? cannot('The callback that hinted at it is gone, and PayPal has no object for it.');
  }
  const object = await readFirst(deps, connector, candidatesOf(question, id), id);
  // Each says what the other cannot: one that was read stands.
  if (event?.outcome !== 'answered') return object;
  if (object.outcome !== 'answered') return event;
  return { outcome: 'answered', statements: [...object.statements, ...event.statements] };
}

function candidatesOf({ type, as, kind }: SubjectQuestion, id: string): readonly ResourceName[] {
  if (isResourceName(as)) return [as];
  if (type === 'schedule') return ['subscription'];
  if (type === 'instrument') return ['payment-token'];
  if (kind === 'order') return id.startsWith('INV') ? ['invoice'] : ['order', 'order-v1'];
  return kind !== undefined && Object.hasOwn(BY_KIND, kind) ? (BY_KIND[kind] ?? UNKNOWN) : UNKNOWN;
}

/** The first of the candidates that PayPal knows. */
async function readFirst(
  deps: AskDeps,
  connector: AskConnector,
  candidates: readonly ResourceName[],
  id: string,
): Promise<AskOutcome> {
  let last: AskOutcome = cannot('PayPal has no look-up for it.');
  for (const name of candidates) {
    last = await readObject(deps, connector, name, id);
    if (last.outcome !== 'not_found') return last;
  }
  return last;
}

async function readObject(deps: AskDeps, connector: AskConnector, name: ResourceName, id: string): Promise<AskOutcome> {
  const path = pathOf(name, id);
  const answer = await readApi(deps, connector, path);
  if (answer.outcome !== 'read') return answer;
  if (resourceIdOf(name, answer.tree) !== id) return otherThanAsked();
  if (isForeign(answer.tree, connector.settings)) return foreign();
  return answered({ body: answer.body, declared: { as: name, id }, method: 'GET', path });
}

/** What a resource does not show is read as the event that a callback named: PayPal keeps events for 30 days. */
async function eventToRead({ as, cause }: SubjectQuestion): Promise<string | undefined> {
  const statement = await cause();
  if (statement?.source !== 'pushed') return undefined;
  const reading = readDocument(statement.body);
  if (!reading.ok) return undefined;
  const [id, name] = [at(reading.tree, 'id'), at(reading.tree, 'event_type')];
  return isId(id) && typeof name === 'string' && (as === EVENT || isToldByEventOnly(name)) ? id : undefined;
}

function isToldByEventOnly(name: string): boolean {
  const rule = ruleOf(name);
  return rule?.reads === 'reversal' || (rule?.reads === 'order' && rule.implies === 'APPROVAL_REVERSED');
}

async function readEventById(deps: AskDeps, connector: AskConnector, id: string): Promise<AskOutcome> {
  const path = `/v1/notifications/webhooks-events/${id}`;
  const answer = await readApi(deps, connector, path);
  if (answer.outcome !== 'read') return answer;
  if (at(answer.tree, 'id') !== id) return otherThanAsked();
  if (isForeign(resourceIn(answer.tree), connector.settings)) return foreign();
  return answered({ body: answer.body, declared: { as: EVENT, id }, method: 'GET', path });
}

function resourceIn(event: Tree): Tree {
  const resource = at(event, 'resource');
  return isTree(resource) ? resource : {};
}

function answered(statement: FetchedStatement): AskOutcome {
  return { outcome: 'answered', statements: [statement] };
}

function cannot(detail: string): AskFailure {
  return { outcome: 'cannot', detail };
}

function otherThanAsked(): AskFailure {
  return { outcome: 'malformed', detail: 'PayPal answered about another id than was asked for: nothing is believed.' };
}

function foreign(): AskFailure {
  return {
    outcome: 'foreign',
    detail: 'PayPal’s answer is of another merchant than /settings/merchantId: nothing of it is believed.',
  };
}
