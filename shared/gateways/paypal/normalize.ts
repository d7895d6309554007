import { digestOfBytes } from '#shared/model/digest.ts';
import type { Notification, Origin } from '#shared/model/notification.ts';
import type { NormalizedCallback, StoredStatement } from '../gateway.ts';
import { leaveOutCardNumbers } from '../leave-out-card-numbers.ts';
import { present } from '../present.ts';
import { readDocument, type Tree } from './document.ts';
import { readTime } from './fields.ts';
import { isAnsweredEvent } from './inbox-key.ts';
import { unrecognized } from './notice.ts';
import { readEvent } from './read-event.ts';
import { readReportBody } from './report.ts';
import { EVENT, isResourceName } from './resource-names.ts';
import { READERS } from './resources.ts';

/** Pure, total and deterministic: reads the source, the body and the declared parts and nothing else (model.md 1). */
export function normalizePaypal(statement: StoredStatement): NormalizedCallback {
  const reading = readDocument(statement.body);
  const notifications = reading.ok ? readTree(reading.tree, statement) : [unrecognized(reading)];
  return {
    origin: originOf(statement),
    notifications: leaveOutCardNumbers(notifications.length > 0 ? notifications : [nothing()]),
  };
}

function readTree(tree: Tree, { source, declared }: StoredStatement): readonly Notification[] {
  switch (source) {
    case 'pushed':
      // Only what verify declared is believed; a row without it is not.
      return readEvent(tree, { believed: declaredPart(declared, 'money') === 'believe' });
    case 'fetched': {
      const as = declaredPart(declared, 'as');
      if (as === EVENT) return readEvent(tree, { believed: true });
      if (!isResourceName(as))
        return [unrecognized({ reason: 'unknown_answer', detail: 'An answer of no known kind.' })];
      return READERS[as](tree, { askedAt: readTime(declaredPart(declared, 'askedAt')) });
    }
    case 'reported':
      return readReportBody(tree);
    case 'own':
      return [unrecognized({ reason: 'unknown_statement', detail: 'Rows of our own are not the gateway’s.' })];
  }
}

function nothing(): Notification {
  return unrecognized({ reason: 'nothing_said', detail: 'The body says nothing that could be read; it is kept.' });
}

function originOf({ source, body, declared }: StoredStatement): Origin {
  // An event of the list is the same statement whenever it is read, unless it answers a callback.
  const answers = source === 'fetched' && (declaredPart(declared, 'as') !== EVENT || isAnsweredEvent(declared));
  return present({
    source,
    // PayPal repeats an event as it was: the whole body is the claim.
    contentDigest: digestOfBytes(body),
    signedAt: source === 'pushed' ? readTime(declaredPart(declared, 'transmissionTime')) : undefined,
    askedAt: answers ? readTime(declaredPart(declared, 'askedAt')) : undefined,
    settles: answers ? readDigests(declaredPart(declared, 'settles')) : undefined,
  });
}

function declaredPart(declared: Readonly<Record<string, string>>, name: string): string | undefined {
  const value: unknown = Object.hasOwn(declared, name) ? declared[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function readDigests(text: string | undefined): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) ? value.filter((digest) => typeof digest === 'string') : undefined;
  } catch {
    return undefined;
  }
}
