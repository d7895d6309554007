import { failureOnTheWay } from '../ask-trouble.ts';
import type { AskConnector, AskDeps, AskFailure, Asking, AskOutcome, SubjectQuestion } from '../asking.ts';
import { failureOfAnswer, readApiAnswer } from './api-answer.ts';
import { apiHostOf, regionOf } from './hosts.ts';
import { isObjectId, isObjectType, type ObjectType, typeOfId } from './object-ids.ts';
import { readPrivateKey, signedHeaders } from './sign-request.ts';
import { readMessage } from './sns-message.ts';
import { isConfirmed, SUBSCRIPTION, subscriptionId, visitOf } from './subscription.ts';

/** Own value: Amazon publishes none, and answers 429 beyond its own. */
const PER_MINUTE = 120;

const PATHS: Readonly<Record<ObjectType, string>> = {
  charge: 'charges',
  refund: 'refunds',
  chargePermission: 'chargePermissions',
};
/** Kinds of transactions by what they are there, where neither hint nor id says it. */
const BY_KIND: ReadonlyMap<string, ObjectType> = new Map([
  ['preauthorize', 'charge'],
  ['capture', 'charge'],
  ['void', 'charge'],
  ['refund', 'refund'],
  ['order', 'chargePermission'],
]);
/** Those whose publicKeyId names the environment have no part for it in the path (clientHelper.js). */
const WITH_ENVIRONMENT = /^(?:LIVE|SANDBOX)/i;
const KEY_ID = /^[A-Za-z0-9-]{1,128}$/;

/** Get Charge, Get Refund, Get Charge Permission (Amazon Pay API v2), and the confirmation of a subscription. */
export const amazonPayAsking: Asking = {
  limitsOf(settings) {
    const { perMinute } = Object(settings['limits']) as Readonly<Record<string, unknown>>;
    return { perMinute: typeof perMinute === 'number' && perMinute >= 1 ? perMinute : PER_MINUTE };
  },
  // Notifications are repeated for 14 days (wire facts 4.4).
  horizonMinutes: 14 * 24 * 60,
  missing({ settings, secretNames }) {
    return [
      ...(regionOf(settings) === undefined ? ['/settings/region'] : []),
      ...(typeof settings['publicKeyId'] === 'string' ? [] : ['/settings/publicKeyId']),
      ...(secretNames.includes('privateKey') ? [] : ['/secrets/privateKey']),
    ];
  },
  async ask(deps, connector, question) {
    if (question.about === 'reference') return cannot('Amazon Pay has no look-up by the merchant’s reference.');
    if (question.type === 'notice') return confirmSubscription(deps, connector, question);
    return lookUp(deps, connector, question);
  },
};

async function lookUp(deps: AskDeps, connector: AskConnector, question: SubjectQuestion): Promise<AskOutcome> {
  const [id = ''] = question.id.split('~');
  const as = objectTypeOf(question, id);
  if (as === undefined) {
    return cannot(`Amazon Pay has no look-up for ${question.kind === 'chargeback' ? 'chargebacks' : 'this'}.`);
  }
  if (!isObjectId(id)) return cannot('The id is none that Amazon Pay makes: it cannot stand in a URL.');
  const request = requestFor(deps, connector, `${PATHS[as]}/${id}`);
  if ('outcome' in request) return request;
  const answer = await deps.http.send({ ...request, method: 'GET', idempotent: true });
  if (!answer.ok) return failureOnTheWay(answer);
  const failure =
    failureOfAnswer(answer, deps.now()) ??
    readApiAnswer(answer.body, { idField: `${as}Id`, id }, connector.settings['merchantId']);
  if (failure !== undefined) return failure;
  const statement = { body: answer.body, declared: { as, id }, method: 'GET' as const, path: request.path };
  return { outcome: 'answered', statements: [statement] };
}

/** What the hint called it, else what its id or kind tells. */
function objectTypeOf({ type, as, kind, id: whole }: SubjectQuestion, id: string): ObjectType | undefined {
  if (type === 'schedule') return 'chargePermission';
  if (type !== 'transaction' || kind === 'chargeback' || whole.includes('~chargeback')) return undefined;
  return isObjectType(as) ? as : (typeOfId(id) ?? BY_KIND.get(kind ?? ''));
}

function requestFor(
  { now }: AskDeps,
  { settings, secrets }: AskConnector,
  object: string,
): { readonly host: string; readonly path: string; readonly headers: Record<string, string> } | AskFailure {
  const missing = amazonPayAsking.missing({ settings, secretNames: Object.keys(secrets) });
  const [host, region] = [apiHostOf(settings), regionOf(settings)];
  const publicKeyId = settings['publicKeyId'];
  if (missing.length > 0 || host === undefined || region === undefined || typeof publicKeyId !== 'string') {
    return cannot(`Amazon Pay cannot be asked without ${missing.join(' and ')}.`);
  }
  if (!KEY_ID.test(publicKeyId)) return cannot('settings.publicKeyId is none that Amazon Pay makes.');
  const privateKey = readPrivateKey(secrets['privateKey'] ?? '');
  if (privateKey === undefined) return cannot('secrets.privateKey is no RSA private key in PEM.');
  const environment = settings['environment'] === 'sandbox' ? 'sandbox' : 'live';
  const path = `${WITH_ENVIRONMENT.test(publicKeyId) ? '' : `/${environment}`}/v2/${object}`;
  const headers = signedHeaders({ method: 'GET', host, path, region, publicKeyId, privateKey, now: now() });
  return { host, path, headers };
}

/** Visits what the message that was verified names, as far as the connector's settings still want it. */
async function confirmSubscription(
  deps: AskDeps,
  { settings }: AskConnector,
  { id, as, cause }: SubjectQuestion,
): Promise<AskOutcome> {
  if (as !== SUBSCRIPTION) return cannot('There is nothing to ask about this notice.');
  if (settings['confirmSubscriptions'] !== 'auto') {
    return cannot('settings.confirmSubscriptions leaves it to the operator to confirm subscriptions.');
  }
  const statement = await cause();
  const reading = statement?.source === 'pushed' ? readMessage(statement.body) : undefined;
  if (reading?.ok !== true || reading.message.type !== 'SubscriptionConfirmation') {
    return cannot('The message that asks for the confirmation is gone: have it sent again.');
  }
  if (subscriptionId(reading.message) !== id) return cannot('The message is about another subscription.');
  const visit = visitOf(reading.message, settings);
  if (!visit.ok) return cannot(`The subscription is not confirmed: ${visit.why}.`);
  const answer = await deps.http.send({
    ...{ method: 'GET', host: visit.host, path: visit.path, headers: { accept: 'application/xml' }, idempotent: true },
  });
  if (!answer.ok) return failureOnTheWay(answer);
  const failure = failureOfConfirmation(answer.status, answer.body);
  if (failure !== undefined) return failure;
  // Whoever knows the token can confirm the subscription: it is not kept in the path.
  const path = '/?Action=ConfirmSubscription';
  return {
    outcome: 'answered',
    statements: [{ body: answer.body, declared: { as: SUBSCRIPTION, id }, method: 'GET', path }],
  };
}

function failureOfConfirmation(status: number, body: Uint8Array): AskFailure | undefined {
  if (status === 200) {
    return isConfirmed(body)
      ? undefined
      : { outcome: 'malformed', detail: 'Amazon SNS answered without the ARN of a subscription.' };
  }
  if (status === 429) return { outcome: 'rate_limited', detail: 'Amazon SNS answered 429.' };
  if (status >= 500 || status === 408) return { outcome: 'down', detail: `Amazon SNS answered ${status}.` };
  const detail = `Amazon SNS does not confirm the subscription (HTTP ${status}): its token is 3 days old or used up; have the confirmation sent again.`;
  return { outcome: 'not_allowed', detail };
}

function cannot(detail: string): AskFailure {
  return { outcome: 'cannot', detail };
}
