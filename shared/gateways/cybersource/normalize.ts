import { digestOfBytes } from '#shared/model/digest.ts';
import type { Notification, Origin } from '#shared/model/notification.ts';
import type { NormalizedCallback, StoredStatement } from '../gateway.ts';
import { leaveOutCardNumbers } from '../leave-out-card-numbers.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { readChargeback } from './chargeback.ts';
import { readAnswer } from './fetched.ts';
import { contentDigestOf } from './inbox-key.ts';
import { eventTimeOf, readNotification } from './pushed.ts';
import { decodeUtf8, readJsonObject } from './read-json.ts';
import { readReportBody } from './report.ts';
import { readSigned } from './statement.ts';
import { readTime } from './times.ts';
import { own } from './tree.ts';

/** Pure, total and deterministic: reads the source, the body and the declared parts and nothing else (model.md 1). */
export function normalizeCybersource(statement: StoredStatement): NormalizedCallback {
  const { source, body, declared } = statement;
  if (source === 'pushed') {
    const signed = readSigned(body, declared);
    // The time of signing differs between attempts; the event's does not.
    const origin = present({ source, contentDigest: contentDigestOf(body, signed), signedAt: eventTimeOf(signed) });
    return { origin, notifications: leaveOutCardNumbers(readNotification(signed)) };
  }
  const notifications = readOther(statement);
  const settled = notifications.some((one) => one.about === 'transaction' && one.status !== 'PENDING');
  const isAnswer = source === 'fetched' && settled;
  const origin: Origin = present({
    source,
    contentDigest: digestOfBytes(body),
    askedAt: isAnswer ? readTime(own(declared, 'askedAt')) : undefined,
    settles: isAnswer ? readDigests(own(declared, 'settles')) : undefined,
  });
  return { origin, notifications: leaveOutCardNumbers(notifications) };
}

function readOther({ source, body, declared }: StoredStatement): readonly Notification[] {
  const tree = readJsonObject(decodeUtf8(body))?.tree;
  if (tree === undefined) return [unrecognized('not_json', 'The statement is no JSON object; it is kept.')];
  if (source === 'reported') return readReportBody(tree);
  if (source === 'own') {
    return [unrecognized('unknown_statement', 'Rows of our own are not the gateway’s and not read here.')];
  }
  return own(declared, 'as') === 'chargeback' ? readChargeback(tree) : readAnswer(tree, declared);
}

function readDigests(value: unknown): readonly string[] | undefined {
  try {
    const list: unknown = typeof value === 'string' ? JSON.parse(value) : undefined;
    return Array.isArray(list) ? list.filter((digest) => typeof digest === 'string') : undefined;
  } catch {
    return undefined;
  }
}
