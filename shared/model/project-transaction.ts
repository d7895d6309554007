import type { Ask } from './ask.ts';
import { askAboutTransaction } from './ask.ts';
import { childrenOf } from './children.ts';
import { type Claim, claimsOf, signedDates, timeLimitOf, valuesOf } from './claim.ts';
import { type AmountDecision, decideAmount } from './decide-amount.ts';
import { decideStatus, type StatusDecision } from './decide-status.ts';
import type { Evidence } from './fact.ts';
import { decideKind } from './kind.ts';
import type { Anomaly, TransactionFields } from './notification.ts';
import type { TransactionState } from './state.ts';
import { childAnomalies, totalsOf } from './totals.ts';
import { type PENDING_REASONS, SOURCES } from './vocabulary.ts';

const WITH_TOTALS = new Set(['debit', 'preauthorize', 'capture']);
const CHILD_KINDS = new Set([
  'capture',
  'void',
  'refund',
  'chargeback',
  'chargeback_reversal',
  'dispute',
  'incremental_authorization',
]);

/** State of a transaction from its merged evidence (model.md 3 and 4), and what to ask the gateway. Pure and total. */
export function projectTransaction(evidence: Evidence): { state: TransactionState; ask?: Ask } {
  const claims = claimsOf(evidence);
  const decision = decideStatus(claims);
  const amount = decideAmount(claims, decision);
  const { kind, conflict } = decideKind(evidence);
  const fields = fieldsOf(evidence);
  const children = childrenOf(evidence);
  const anomalies = sortedAnomalies([
    ...valuesOf<Anomaly>(evidence, 'anomaly/'),
    ...(conflict ? [{ code: 'kind_conflict' as const, field: 'kind' }] : []),
    ...childAnomalies(children),
  ]);
  const contradictory = decision.contradictory || amount.contradictory;
  const own = { kind, status: decision.status, ...(amount.group && { amount: amount.group.amount }) };
  const state = {
    kind,
    status: decision.status,
    proven: decision.proven,
    final: decision.final && !contradictory,
    contradictory,
    ...(contradictory && {
      contradictions: [
        ...(decision.contradictory ? ['status' as const] : []),
        ...(amount.contradictory ? ['amount' as const] : []),
      ],
    }),
    ...(decision.settled && { settled: true as const }),
    ...(decision.cancelled && { cancelled: true as const }),
    ...pendingDetails(evidence, claims, decision, fields),
    ...links(evidence, kind),
    ...fieldMembers(fields, decision),
    ...amountMembers(amount, decision),
    ...((WITH_TOTALS.has(kind) || children.length > 0) && { totals: totalsOf(own, children) }),
    ...gatewayTime(claims),
    ...(anomalies.length > 0 && { anomalies }),
  } as TransactionState;
  const ask = askAboutTransaction(evidence, claims, state, decision);
  return { state, ...(ask && { ask }) };
}

function fieldsOf(evidence: Evidence): TransactionFields {
  return Object.fromEntries(
    Object.entries(evidence)
      .filter(([slot]) => slot.startsWith('field/'))
      .map(([slot, content]) => [slot.slice('field/'.length), content.value]),
  ) as TransactionFields;
}

function fieldMembers(fields: TransactionFields, decision: StatusDecision): Partial<TransactionState> {
  const { error, ...rest } = fields;
  return {
    ...(rest as Partial<TransactionState>),
    // An error belongs to the status ERROR; a payment that succeeded after all shows none.
    ...(decision.status === 'ERROR' && error && { error }),
    ...(decision.status === 'FINISHED' && fields.risk?.result === 'REVIEW' && { riskReview: true as const }),
  };
}

function amountMembers(amount: AmountDecision, decision: StatusDecision): Partial<TransactionState> {
  const statusCorrection = decision.standing.find(
    (claim) => claim.correction !== 'none' && claim.status === decision.status,
  )?.correction;
  const correction = amount.claim?.correction === 'none' ? undefined : amount.claim?.correction;
  const source = (correction ?? statusCorrection) as 'reconciliation' | 'settlement' | undefined;
  const { amount: main, surcharge, total, original } = amount.group ?? {};
  return {
    ...(main && { amount: main }),
    ...(surcharge && { surcharge }),
    ...(total && { total }),
    ...(source && { correction: { source, ...(correction && original && { original }) } }),
  };
}

/** Why a PENDING payment waits and when it is past due: the PENDING claim of the greatest source says (model.md 3). */
function pendingDetails(
  evidence: Evidence,
  claims: readonly Claim[],
  decision: StatusDecision,
  fields: TransactionFields,
): Partial<TransactionState> {
  if (decision.status !== 'PENDING') return {};
  const due = fields.payByLink?.expiresAt ?? dueFromDates(evidence, claims);
  return {
    pendingReason: pendingReasonOf(claims),
    ...(due !== undefined && { due }),
    ...(evidence['unresolved'] !== undefined && { unresolved: true as const }),
  };
}

/** The most telling comes first: what the customer still has to do before a plain "later". */
const REASON_ORDER = [
  'dcc',
  'html',
  'redirect',
  'review',
  'async',
  'unproven',
] satisfies (typeof PENDING_REASONS)[number][];

function pendingReasonOf(claims: readonly Claim[]): (typeof PENDING_REASONS)[number] {
  const pending = claims.filter((claim) => claim.status === 'PENDING' && claim.source !== 'own');
  if (pending.length === 0) return 'unproven';
  const telling = (list: readonly Claim[]) =>
    REASON_ORDER.find((reason) => list.some((claim) => claim.pendingReason === reason)) ?? 'async';
  const greatest = Math.max(...pending.map((claim) => SOURCES.indexOf(claim.source)));
  const reason = telling(pending.filter((claim) => SOURCES.indexOf(claim.source) === greatest));
  const reported = telling(pending.filter((claim) => claim.source === 'reported'));
  return reason === 'async' && ['redirect', 'html', 'dcc'].includes(reported) ? reported : reason;
}

/** Least signed date (or askedAt) plus the connector's or the gateway's time limit for a payment that the customer has not finished. */
function dueFromDates(evidence: Evidence, claims: readonly Claim[]): string | undefined {
  const least = [...signedDates(evidence, 'first').values()].sort()[0];
  const ofGateway = valuesOf<Claim>(evidence, 'hint/')
    .concat(claims)
    .map((claim) => claim.expiresAfterMinutes);
  const minutes = timeLimitOf(evidence) ?? Math.max(0, ...ofGateway);
  return least === undefined || minutes === 0
    ? undefined
    : new Date(Date.parse(least) + minutes * 60_000).toISOString();
}

function links(evidence: Evidence, kind: string): Partial<TransactionState> {
  const originals = valuesOf<{ id: string; proven: boolean; strength: number }>(evidence, 'original/');
  const strongest = originals.sort(
    (a, b) => Number(b.proven) - Number(a.proven) || b.strength - a.strength || (a.id < b.id ? -1 : 1),
  )[0];
  const deregistered = valuesOf<string>(evidence, 'deregisters/')[0];
  const unlinked =
    (CHILD_KINDS.has(kind) && strongest === undefined) || (kind === 'deregister' && deregistered === undefined);
  return {
    ...(strongest && { originalId: strongest.id }),
    ...(deregistered !== undefined && { instrumentId: deregistered }),
    ...(unlinked && { unlinked: true as const }),
  };
}

function gatewayTime(claims: readonly Claim[]): Partial<TransactionState> {
  const times = claims.flatMap((claim) => (claim.proven && claim.gatewayTime ? [claim.gatewayTime] : [])).sort();
  const last = times.at(-1);
  return last === undefined ? {} : { gatewayTime: last };
}

export function sortedAnomalies(anomalies: readonly Anomaly[]): Anomaly[] {
  const key = (anomaly: Anomaly) => `${anomaly.code}\n${anomaly.field ?? ''}\n${anomaly.value ?? ''}`;
  return [...anomalies].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
