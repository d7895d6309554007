import type { Gateway, NormalizedCallback } from '#shared/gateways/gateway.ts';
import { passOn } from '#shared/model/children.ts';
import { timeLimitOf } from '#shared/model/claim.ts';
import type { Evidence, Fact } from '#shared/model/fact.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import type { Projection } from '#shared/model/project.ts';
import { type SubjectKey, type SubjectType, subjectName } from '#shared/model/vocabulary.ts';
import type { VersionLookup } from '#shared/registry/version-lookup.ts';
import { isDeposit, isHearsay } from './deposit.ts';
import { type Cause, headOf, nextVersion } from './next-version.ts';
import type { ConnectorTerms } from './plausibility.ts';
import type { CallbackOutcome, Clock, DeliveryStore, InboxRow, LedgerStore, VersionRow } from './ports.ts';
import { readFacts } from './read-facts.ts';

export interface ApplyDeps {
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly ledger: LedgerStore;
  readonly delivery: DeliveryStore;
  /** What the connector expected of callbacks when one was received. */
  readonly connectorVersions: VersionLookup;
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

/** A PENDING payment without a date of its own is looked for so many minutes after its first version, where its connector says none: a merchant's report carries no date. */
const DEFAULT_DUE_MINUTES = 60;

/** Child before original before instrument before schedule, so that a crash repeats the list harmlessly (model.md 1). */
const ORDER: readonly SubjectType[] = ['transaction', 'instrument', 'schedule', 'notice'];

/**
 * Applies one stored statement: facts, merge, project, version n + 1, head; and passes on what children tell their
 * originals. A bug met on the way becomes a `failed` row; storage trouble is thrown, so that the record comes again.
 */
export async function applyCallback(deps: ApplyDeps, row: InboxRow): Promise<ApplyResult> {
  const reading = readFacts(deps.gateways, row, await termsOf(deps, row));
  if (!reading.ok) return fail(deps, row, reading.message);
  const isFirst = row.verdict?.previousSecret === true && (await isFirstTime(deps, row, reading.facts));
  const applied = await applyFacts(deps, row, reading.facts);
  if (isFirst) await noteOldSecret(deps, row);
  const outcome = outcomeOf(reading.normalized, applied);
  // After the last subject: until then a crash brings the record back.
  await noteOutcome(deps, row, outcome);
  return { outcome, subjects: applied.map((one) => one.key) };
}

/** Rows of before name no version: nothing is expected of them. */
async function termsOf(deps: ApplyDeps, row: InboxRow): Promise<ConnectorTerms | undefined> {
  if (row.connectorVersion === undefined) return undefined;
  return deps.connectorVersions.find(row.connectorId, row.connectorVersion);
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

/** True: nothing of the callback stands in the ledger yet. A redrive of old ones is no use of an old secret. */
async function isFirstTime(deps: ApplyDeps, row: InboxRow, [fact]: readonly Fact[]): Promise<boolean> {
  if (fact === undefined) return true;
  const key = { connectorId: row.connectorId, ...fact.subject };
  return (await deps.ledger.effectOf(key, row.callbackId)) === undefined;
}

async function noteOldSecret(deps: ApplyDeps, row: InboxRow): Promise<void> {
  const { callbackId, connectorId, receivedAt, verdict } = row;
  if (verdict === undefined) return;
  await deps.delivery.noteOldSecret({ callbackId, connectorId, receivedAt, keyId: verdict.keyId });
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
    connectorId: row.connectorId,
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
    const { subject } = await mergeInto(deps, key, evidence, cause);
    applied.push(subject);
    if (key.type !== 'transaction' || subject.projection.state.kind !== 'unknown') continue;
    // Not this connector's payment, or not yet: it may be one of another behind the same URL.
    for (const connectorId of row.group ?? []) {
      applied.push((await mergeInto(deps, { ...key, connectorId }, evidence, cause)).subject);
    }
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
  const isForeign = key.connectorId !== cause.connectorId;
  for (;;) {
    const known = await deps.ledger.newest(key);
    const { version, head } = known;
    // Whoever made a deposit did not make the payment: its mode is that of its own first callback.
    const newest = version !== undefined && isDeposit(known) ? { ...version, mode: cause.mode } : version;
    const next = nextVersion(key, newest, facts, cause);
    if (next.changed && (await deps.ledger.putVersion(next.row)) === 'exists') continue;
    const row = next.changed ? next.row : (newest as VersionRow);
    // A repeat of the record that made the newest version (a crash behind it) is that version's, not a second line.
    const made = next.changed || row.causeId === cause.causeId;
    const merged = { subject: { key, changed: made, projection: next.projection }, evidence: row.evidence };
    if (isForeign && head === undefined && isHearsay(row.evidence)) return merged;
    if (!made) await deps.ledger.putSeen(key, cause.causeId, row.version);
    // Also where another apply put the version and died before it moved the head.
    if (head === undefined || head.version < row.version) await moveHead(deps, row, head?.createdAt);
    await askConfirm(deps, row, next.projection, cause);
    return merged;
  }
}

async function moveHead(deps: ApplyDeps, row: VersionRow, createdAt: string | undefined): Promise<void> {
  const first = row.version === 1 ? row : undefined;
  const created = createdAt ?? (first ?? (await deps.ledger.versions(row.key, 1, 1))[0] ?? row).time;
  const minutes = timeLimitOf(row.evidence) ?? DEFAULT_DUE_MINUTES;
  const due = new Date(Date.parse(created) + minutes * 60_000).toISOString();
  await deps.ledger.moveHead(headOf(row, created, due));
}

async function askConfirm(deps: ApplyDeps, row: VersionRow, projection: Projection, cause: Cause): Promise<void> {
  const { ask } = projection;
  if (ask === undefined || !deps.gateways[row.gateway]?.confirms.includes(row.key.type)) return;
  await deps.delivery.putConfirmation({
    connectorId: row.key.connectorId,
    merchantId: row.merchantId,
    about: { type: 'subject', subject: row.key },
    evidenceDigest: ask.evidenceDigest,
    reason: ask.reason,
    causeId: cause.causeId,
    at: cause.now,
    state: 'waiting',
    nextAt: cause.now,
    attempts: 0,
    hasTurn: false,
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
