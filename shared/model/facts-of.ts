import { digestOfValue } from './canonical.ts';
import { type Claim, claimRank, claimSlot, TIME_LIMIT_SLOT } from './claim.ts';
import type { Fact, JsonValue, Rank } from './fact.ts';
import type {
  Anomaly,
  AskAfter,
  InstrumentNotification,
  NoticeNotification,
  Notification,
  Origin,
  ScheduleNotification,
  TransactionNotification,
} from './notification.ts';
import { NOTICE_STATUSES, SOURCES, UPDATE_RESULTS } from './vocabulary.ts';
import { wellFormed } from './well-formed.ts';

type Statement = Omit<Fact, 'subject'>;

/** Facts of one notification about its own subject (model.md 1). Pure and total; reads nothing but its arguments. */
export function factsOf(notification: Notification, origin: Origin): Fact[] {
  const clean = wellFormed(notification);
  switch (clean.about) {
    case 'transaction':
      return about('transaction', clean.id, transactionStatements(clean, origin));
    case 'schedule':
      return about('schedule', clean.id, scheduleStatements(clean, origin));
    case 'instrument':
      return about('instrument', clean.id, instrumentStatements(clean, origin));
    case 'notice':
      return about('notice', clean.id ?? origin.contentDigest, noticeStatements(clean, origin));
  }
}

function about(type: Fact['subject']['type'], id: string, statements: readonly Statement[]): Fact[] {
  return statements.map((statement) => ({ subject: { type, id }, ...statement }));
}

function claimOf(notification: TransactionNotification, origin: Origin): Claim {
  const proven = origin.source === 'fetched' || (origin.source === 'pushed' && !notification.hint);
  // A fetched PENDING settles nothing and is not ordered by askedAt: asking again adds no evidence (model.md 3.4).
  const settling = origin.source === 'fetched' && notification.status !== 'PENDING';
  return defined({
    source: origin.source,
    status: notification.status,
    correction: notification.correction,
    digest: origin.contentDigest,
    proven,
    final: notification.final,
    expiresAfterMinutes: notification.expiresAfterMinutes,
    gatewayTime: notification.gatewayTime,
    askedAt: settling ? origin.askedAt : undefined,
    settles: settling ? origin.settles : undefined,
    cancelled: notification.cancelled,
    tokenNews: notification.tokenNews,
    detailOnly: notification.detailOnly,
    ask: notification.hint ? notification.ask : undefined,
    pendingReason: notification.pendingReason,
    amount: notification.hint ? undefined : notification.amount,
  }) as Claim;
}

function transactionStatements(notification: TransactionNotification, origin: Origin): Statement[] {
  const claim = claimOf(notification, origin);
  const rank = claimRank(claim);
  const slot = notification.hint ? `hint/${claim.source}/${claim.digest}` : claimSlot(claim);
  const statements: Statement[] = [
    statement(slot, [claim.gatewayTime ?? '', settledAt(claim)], claim),
    ...dateStatements(origin),
    ...anomalyStatements(notification.anomalies),
  ];
  if (notification.kind !== undefined) {
    // Of one kind the proven and the earliest statement stays; project compares kinds by the same order.
    const time = notification.gatewayTime === undefined ? 0 : -Date.parse(notification.gatewayTime);
    statements.push(
      statement(`kind/${notification.kind}`, [claim.proven ? 1 : 0, time], {
        kind: notification.kind,
        proven: claim.proven,
        time,
      }),
    );
  }
  for (const [name, value] of Object.entries(notification.fields)) {
    if (value !== undefined) statements.push(statement(`field/${name}`, rank, value));
  }
  if (notification.original !== undefined) {
    const strength = notification.original.link === 'reference' ? 0 : 1;
    statements.push(
      statement(`original/${notification.original.id}`, [...rank.slice(0, 1), strength], {
        ...notification.original,
        proven: claim.proven,
        strength,
      }),
    );
  }
  const { timeLimit } = notification;
  if (timeLimit !== undefined) {
    statements.push(statement(TIME_LIMIT_SLOT, [-timeLimit.connectorVersion], timeLimit.minutes));
  }
  if (notification.unresolved) statements.push(statement('unresolved', [], true));
  if (notification.deregisters !== undefined) {
    statements.push(statement(`deregisters/${notification.deregisters}`, [], notification.deregisters));
  }
  return statements;
}

function scheduleStatements(notification: ScheduleNotification, origin: Origin): Statement[] {
  if (notification.hint) {
    return [
      hintStatement(notification, origin),
      ...dateStatements(origin),
      ...anomalyStatements(notification.anomalies),
    ];
  }
  return [
    statement(
      `value/${origin.source}/${notification.status}/${origin.contentDigest}`,
      [notification.gatewayTime ?? '', settledAt(origin)],
      {
        status: notification.status,
        scheduledAt: notification.scheduledAt,
        metadata: notification.metadata,
        gatewayTime: notification.gatewayTime,
        ...provenance(origin),
      },
    ),
    ...dateStatements(origin),
    ...anomalyStatements(notification.anomalies),
  ];
}

function instrumentStatements(notification: InstrumentNotification, origin: Origin): Statement[] {
  const proven = isProven(origin) ? 1 : 0;
  const source = SOURCES.indexOf(origin.source);
  const statements: Statement[] = [...dateStatements(origin), ...anomalyStatements(notification.anomalies)];
  if (notification.hint) statements.push(hintStatement(notification, origin));
  if (notification.register !== undefined) statements.push(registerClaim(notification.register, origin));
  if (notification.kind !== undefined) {
    statements.push(
      statement(`kind/${notification.kind}`, [proven, 0], { kind: notification.kind, proven: !!proven, time: 0 }),
    );
  }
  const update = notification.update;
  if (update !== undefined) {
    const severity = UPDATE_RESULTS.length - UPDATE_RESULTS.indexOf(update.result);
    statements.push(statement('update', [proven, update.date ?? '', severity], { ...update, proven: !!proven }));
  }
  if (notification.token !== undefined) {
    statements.push(
      statement(`token/${origin.source}/${notification.token.word}/${origin.contentDigest}`, [settledAt(origin)], {
        word: notification.token.word,
        gatewayTime: notification.token.date,
        ...provenance(origin),
      }),
    );
  }
  if (notification.summary !== undefined) {
    statements.push(statement('field/summary', [proven, update?.date ?? '', source], notification.summary));
  }
  for (const alias of notification.aliases) statements.push(statement(`alias/${alias}`, [], alias));
  if (statements.length === 0) statements.push(statement(`hint/${origin.source}/${origin.contentDigest}`, [], {}));
  return statements;
}

function registerClaim(register: NonNullable<InstrumentNotification['register']>, origin: Origin): Statement {
  const claim = claimOf(
    { about: 'transaction', id: '', expiresAfterMinutes: 0, fields: {}, anomalies: [], ...register },
    origin,
  );
  return statement(claimSlot(claim), [claim.gatewayTime ?? '', settledAt(claim)], claim);
}

function noticeStatements(notification: NoticeNotification, origin: Origin): Statement[] {
  const { about: _, id: __, ask, ...notice } = notification;
  const proven = isProven(origin);
  return [
    statement('notice', [proven ? 1 : 0, NOTICE_STATUSES.indexOf(notice.status)], { ...notice, proven }),
    ...(ask === undefined ? [] : [hintStatement(notification, origin)]),
  ];
}

/** Something happened; what, the gateway is asked. */
function hintStatement({ ask }: { readonly ask?: AskAfter }, { source, contentDigest }: Origin): Statement {
  return statement(`hint/${source}/${contentDigest}`, [], { digest: contentDigest, source, ask });
}

/** The same answer from a list, or from a look-up by reference, has settled nothing and takes nothing back. */
function settledAt({ askedAt, settles }: Pick<Origin, 'askedAt' | 'settles'>): string {
  return settles !== undefined && settles.length > 0 ? (askedAt ?? '') : '';
}

function isProven(origin: Origin): boolean {
  return origin.source === 'fetched' || origin.source === 'pushed';
}

function provenance(origin: Origin) {
  return {
    source: origin.source,
    digest: origin.contentDigest,
    proven: isProven(origin),
    askedAt: origin.askedAt,
    settles: origin.settles,
  };
}

/** Retries are re-dated: of each content the least and the greatest signed date are kept, of an answer when it was first asked. */
function dateStatements(origin: Origin): Statement[] {
  const { contentDigest, signedAt, askedAt } = origin;
  const first = signedAt ?? askedAt;
  const statements: Statement[] = [];
  if (first !== undefined) statements.push(statement(`first/${contentDigest}`, [-Date.parse(first)], first));
  if (signedAt !== undefined) statements.push(statement(`last/${contentDigest}`, [Date.parse(signedAt)], signedAt));
  return statements;
}

function anomalyStatements(anomalies: readonly Anomaly[]): Statement[] {
  return anomalies.map((anomaly) => statement(`anomaly/${digestOfValue(anomaly)}`, [], anomaly));
}

function statement(slot: string, rank: Rank, value: unknown): Statement {
  return { slot, rank, value: defined(value) as JsonValue };
}

/** Members that are undefined are left out: evidence is JSON. */
function defined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
