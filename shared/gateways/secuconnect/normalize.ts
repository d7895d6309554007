import { digestOfBytes } from '#shared/model/digest.ts';
import type { Notification, Origin } from '#shared/model/notification.ts';
import type { NormalizedCallback, StoredStatement } from '../gateway.ts';
import { leaveOutCardNumbers } from '../leave-out-card-numbers.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { readContainer } from './container.ts';
import { shownWord } from './notices.ts';
import {
  readContract,
  readIdentRequest,
  readIdentResult,
  readPayout,
  readSmartTransaction,
  readSubscription,
} from './other-objects.ts';
import { paymentIdOf, readPayment } from './payment.ts';
import { readPhase } from './phase.ts';
import { readPush } from './push.ts';
import { targetOf } from './targets.ts';
import { readOffsetTime } from './times.ts';
import { member, parseTree, type Tree, wordAt } from './tree.ts';

/** Pure, total and deterministic: reads the source, the body and the declared parts and nothing else (model.md 1). */
export function normalizeSecuconnect(statement: StoredStatement): NormalizedCallback {
  const object = parseTree(statement.body);
  const notifications =
    object === undefined ? [unrecognized('unreadable_body', 'The body is no JSON object.')] : read(object, statement);
  return { origin: originOf(statement, object, notifications), notifications: leaveOutCardNumbers(notifications) };
}

function read(object: Tree, statement: StoredStatement): readonly Notification[] {
  switch (statement.source) {
    case 'pushed':
      return readPush(object);
    case 'fetched':
    case 'reported':
      return readObject(object, statement);
    case 'own':
      return [unrecognized('unknown_statement', 'Rows of our own are not the gateway’s and not read here.')];
  }
}

/** One object of the gateway's API, of the type that it says itself and was asked for as. */
function readObject(object: Tree, { source, declared }: StoredStatement): readonly Notification[] {
  const said = wordAt(object, 'object');
  const as = declaredPart(declared, 'as') ?? said;
  if (as === undefined || targetOf(as) === undefined || (said !== undefined && said !== as)) {
    const detail = `The answer is about ${shownWord(said)} where ${shownWord(as)} was asked for.`;
    return [unrecognized('unknown_object', detail)];
  }
  const asked = declaredPart(declared, 'asked');
  switch (as) {
    case 'payment.subscriptions':
      return readSubscription(object);
    case 'payment.payouts':
      return readPayout(object);
    case 'payment.containers':
      return readContainer(object);
    case 'general.contracts':
      return readContract(object, asked);
    case 'services.identrequests':
      return readIdentRequest(object);
    case 'services.identresults':
      return readIdentResult(object, asked);
    case 'smart.transactions':
      return readSmartTransaction(object);
    default:
      return paymentOf(object, as, source === 'fetched', declared);
  }
}

function paymentOf(
  object: Tree,
  as: string,
  proven: boolean,
  declared: StoredStatement['declared'],
): readonly Notification[] {
  const id = paymentIdOf(object);
  // An entry of a list may be shorter than the object itself: then it only says that something changed.
  if (declaredPart(declared, 'list') !== undefined && id !== undefined && readPhase(object).phase === undefined) {
    return [
      {
        ...{ about: 'transaction', id, status: 'PENDING', final: false, correction: 'none', hint: true, ask: { as } },
        ...{ expiresAfterMinutes: 60, fields: {}, anomalies: [] },
      },
    ];
  }
  const [asked, known] = [declaredPart(declared, 'asked'), declaredPart(declared, 'kind')];
  return readPayment(object, {
    as,
    proven,
    ...(asked !== undefined && { asked }),
    ...(known !== undefined && { known }),
  });
}

function declaredPart(declared: StoredStatement['declared'], name: string): string | undefined {
  return Object.hasOwn(declared, name) ? declared[name] : undefined;
}

function originOf(
  { source, body, declared }: StoredStatement,
  object: Tree | undefined,
  notifications: readonly Notification[],
): Origin {
  // A fetched PENDING settles nothing and is worth the same whenever it was asked (model.md 3.4).
  const settles =
    source === 'fetched' &&
    notifications.some((one) => (one.about === 'transaction' ? one.status !== 'PENDING' : one.about !== 'notice'));
  return present({
    source,
    // Nothing in a body differs from try to try: the whole of it is the claim.
    contentDigest: digestOfBytes(body),
    signedAt: readOffsetTime(member(object, source === 'pushed' ? 'created' : 'updated')),
    askedAt: settles ? readOffsetTime(declaredPart(declared, 'askedAt')) : undefined,
    settles: settles ? readDigests(declaredPart(declared, 'settles')) : undefined,
  });
}

function readDigests(text: string | undefined): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) ? value.filter((digest) => typeof digest === 'string') : undefined;
  } catch {
    return undefined;
  }
}
