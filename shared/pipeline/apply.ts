import type { Gateway, NormalizedCallback } from '#shared/gateways/gateway.ts';
import { passOn } from '#shared/model/children.ts';
import type { Evidence, Fact } from '#shared/model/fact.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import type { Projection } from '#shared/model/project.ts';
import { type SubjectKey, type SubjectType, subjectName } from '#shared/model/vocabulary.ts';
import { type Cause, headOf, nextVersion } from './next-version.ts';
import type { CallbackOutcome, Clock, DeliveryStore, InboxRow, LedgerStore, VersionRow } from './ports.ts';
import { readFacts } from './read-facts.ts';

export interface ApplyDeps {
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly ledger: LedgerStore;
  readonly delivery: DeliveryStore;
  readonly clock: Clock;
  /** Version of the code, kept with a `failed` row. */
  readonly release: string;
  /** False where each record comes for the first time (a stream's first delivery): spares the look for an earlier failure. */
  readonly mayHaveFailed: boolean;
}

export interface ApplyResult {
  readonly outcome: CallbackOutcome;
  readonly subjects: readonly SubjectKey[];
}

/** Minutes after which a PENDING payment without a date of its own is looked for: a merchant's report carries none. */
const DEFAULT_DUE_MINUTES = 60;

/** Child before original before instrument before schedule, so that a crash repeats the list harmlessly (model.md 1). */
const ORDER: readonly SubjectType[] = ['transaction', 'instrument', 'schedule', 'notice'];

/**
 * Applies one stored statement: facts, merge, project, version n + 1, head; and passes on what children tell their
 * originals. A bug met on the way becomes a `failed` row; storage trouble is thrown, so that the record comes again.
 */
export async function applyCallback(deps: ApplyDeps, row: InboxRow): Promise<ApplyResult> {
  const reading = readFacts(deps.gateways, row);
  if (!reading.ok) return fail(deps, row, reading.message);
  const applied = await applyFacts(deps, row, reading.facts);
  const outcome = outcomeOf(reading.normalized, applied);
  // After the last subject: until then a crash brings the record back.
  await noteOutcome(deps, row, outcome);
  return { outcome, subjects: applied.map((one) => one.key) };
}

async function fail(deps: ApplyDeps, row: InboxRow, message: string): Promise<ApplyResult> {
  const { callbackId, connectorId, receivedAt } = row;
  const at = deps.clock.now().toISOString();
  await deps.delivery.putFailed({
    ...{ callbackId, connectorId, code: 'normalize_bug', message },
    release: deps.release,
    at,
  });
  await deps.ledger.putOutcome({ callbackId, connectorId, receivedAt, outcome: 'failed' });
  return { outcome: 'failed', subjects: [] };
}

/** Ordinary outcomes are not written: they stand in the subjects. An earlier failure is over; its row goes first. */
async function noteOutcome(deps: ApplyDeps, row: InboxRow, outcome: CallbackOutcome): Promise<void> {
  const { callbackId, connectorId, receivedAt } = row;
  const notable = outcome === 'changed' || outcome === 'unchanged' ? undefined : outcome;
  const hadFailed = deps.mayHaveFailed && (await deps.ledger.outcomes([callbackId]))[callbackId] === 'failed';
  if (hadFailed) await deps.delivery.deleteFailed(callbackId);
  if (notable !== undefined) await deps.ledger.putOutcome({ callbackId, connectorId, receivedAt, outcome: notable });
  else if (hadFailed) await deps.ledger.deleteOutcome(callbackId);
}

interface AppliedSubject {
  readonly key: SubjectKey;
  readonly changed: boolean;
  readonly projection: Projection;
}

async function applyFacts(deps: ApplyDeps, row: InboxRow, facts: readonly Fact[]): Promise<AppliedSubject[]> {
  const cause: Cause = {
    causeId: row.callbackId,
    cause: 'callback',
    merchantId: row.merchantId,
    gateway: row.gateway,
    mode: row.mode,
    now: deps.clock.now().toISOString(),
  };
  const applied: AppliedSubject[] = [];
  const own = bySubject(row.connectorId, facts);
  const passed: Fact[] = [];
  for (const { key, evidence } of own.filter(({ key }) => key.type === 'transaction')) {
    const merged = await mergeInto(deps, key, evidence, cause);
    applied.push(merged.subject);
    passed.push(...passOn(key.id, merged.evidence));
  }
  const rest = [...facts.filter((fact) => fact.subject.type !== 'transaction'), ...passed];
  for (const { key, evidence } of bySubject(row.connectorId, rest)) {
    applied.push((await mergeInto(deps, key, evidence, cause)).subject);
  }
  return applied;
}

function bySubject(connectorId: string, facts: readonly Fact[]): { key: SubjectKey; evidence: Evidence }[] {
  const groups = new Map<string, { key: SubjectKey; facts: Fact[] }>();
  for (const fact of facts) {
    const key = { connectorId, ...fact.subject };
    const group = groups.get(subjectName(key)) ?? { key, facts: [] };
    group.facts.push(fact);
    groups.set(subjectName(key), group);
  }
  return [...groups.values()]
    .sort((a, b) => ORDER.indexOf(a.key.type) - ORDER.indexOf(b.key.type))
    .map((group) => ({ key: group.key, evidence: evidenceOf(group.facts) }));
}

/** Races are settled by the store: who loses reads again, merges and retries. Every round somebody got ahead. */
async function mergeInto(
  deps: ApplyDeps,
  key: SubjectKey,
  facts: Evidence,
  cause: Cause,
): Promise<{ subject: AppliedSubject; evidence: Evidence }> {
  for (;;) {
    const { version: newest, head } = await deps.ledger.newest(key);
    const next = nextVersion(key, newest, facts, cause);
    if (next.changed && (await deps.ledger.putVersion(next.row)) === 'exists') continue;
    const row = next.changed ? next.row : (newest as VersionRow);
    // A repeat of the record that made the newest version (a crash behind it) is that version's, not a second line.
    const made = next.changed || row.causeId === cause.causeId;
    if (!made) await deps.ledger.putSeen(key, cause.causeId, row.version);
    // Also where another apply put the version and died before it moved the head.
    if (head === undefined || head.version < row.version) await moveHead(deps, row, head?.createdAt);
    await askConfirm(deps, row, next.projection, cause.now);
    return { subject: { key, changed: made, projection: next.projection }, evidence: row.evidence };
  }
}

async function moveHead(deps: ApplyDeps, row: VersionRow, createdAt: string | undefined): Promise<void> {
  const first = row.version === 1 ? row : undefined;
  const created = createdAt ?? (first ?? (await deps.ledger.versions(row.key, 1, 1))[0] ?? row).time;
  const due = new Date(Date.parse(created) + DEFAULT_DUE_MINUTES * 60_000).toISOString();
  await deps.ledger.moveHead(headOf(row, created, due));
}

async function askConfirm(deps: ApplyDeps, row: VersionRow, projection: Projection, now: string): Promise<void> {
  const { ask } = projection;
  if (ask === undefined || !deps.gateways[row.gateway]?.confirms.includes(row.key.type)) return;
  await deps.delivery.putConfirmation({
    subject: row.key,
    merchantId: row.merchantId,
    evidenceDigest: ask.evidenceDigest,
    reason: ask.reason,
    settles: ask.settles,
    at: now,
  });
}

/** The most urgent thing that an operator should see of a callback. */
function outcomeOf(normalized: NormalizedCallback, applied: readonly AppliedSubject[]): CallbackOutcome {
  const states = applied.map((one) => one.projection.state);
  if (normalized.notifications.some((n) => n.about === 'notice' && n.status === 'UNRECOGNIZED')) return 'unrecognized';
  if (states.some((state) => 'contradictory' in state && state.contradictory)) return 'contradictory';
  if (normalized.notifications.some((n) => n.about !== 'notice' && n.anomalies.length > 0)) return 'anomaly';
  return applied.some((one) => one.changed) ? 'changed' : 'unchanged';
}
