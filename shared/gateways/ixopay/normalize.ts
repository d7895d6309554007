import { digestOfBytes } from '#shared/model/digest.ts';
import type { Notification, Origin } from '#shared/model/notification.ts';
import type { NormalizedCallback, StoredStatement } from '../gateway.ts';
import { unrecognized } from '../notice.ts';
import { present } from '../present.ts';
import { readBody } from './body.ts';
import { readDateTime, readSignedDate } from './dates.ts';
import { isSubjectId, ownField, type Tree } from './field-reader.ts';
import { readPostback } from './postback.ts';
import { readReportBody } from './report.ts';
import { readScheduleAnswer } from './schedule-answer.ts';
import { readStatusAnswer } from './status-answer.ts';

/** Pure, total and deterministic: reads the source, the body and the declared parts and nothing else (model.md 1). */
export function normalizeIxopay(statement: StoredStatement): NormalizedCallback {
  const reading = readBody(statement.body);
  const notifications = reading.ok ? readTree(reading.tree, statement) : [unrecognized(reading.reason, reading.detail)];
  return { origin: originOf(statement, notifications), notifications };
}

function readTree(tree: Tree, { source, declared }: StoredStatement): Notification[] {
  switch (source) {
    case 'pushed':
      return readPostback(tree);
    case 'fetched': {
      if (ownField(declared, 'as') === 'schedule') return readScheduleAnswer(tree);
      const parent = ownField(declared, 'parent');
      return readStatusAnswer(tree, isSubjectId(parent) ? parent : undefined);
    }
    case 'reported':
      return readReportBody(tree);
    case 'own':
      return [unrecognized('unknown_statement', 'Rows of our own are not the gateway’s and not read here.')];
  }
}

function originOf({ source, body, declared }: StoredStatement, notifications: readonly Notification[]): Origin {
  const text = (name: string): string => {
    const value = ownField(declared, name);
    return typeof value === 'string' ? value : '';
  };
  const settled = source === 'fetched' && notifications.some(settles);
  return present({
    source,
    // IXOPAY declares no per-attempt fields in the body: the whole of it is the claim.
    contentDigest: digestOfBytes(body),
    signedAt: source === 'pushed' ? readSignedDate(text('date')) : undefined,
    askedAt: settled ? readDateTime(text('askedAt')) : undefined,
    settles: settled ? readDigests(text('settles')) : undefined,
  });
}

/** A fetched PENDING settles nothing and is worth the same whenever it was asked (model.md 3.4). */
function settles(notification: Notification): boolean {
  if (notification.about === 'transaction') return notification.status !== 'PENDING';
  return notification.about === 'schedule' || notification.about === 'instrument';
}

function readDigests(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((digest) => typeof digest === 'string') : undefined;
  } catch {
    return undefined;
  }
}
