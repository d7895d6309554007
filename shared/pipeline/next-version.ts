import { boundChildren } from '#shared/model/children.ts';
import { changedMembers, reasonsOf } from '#shared/model/describe-change.ts';
import { eventType } from '#shared/model/event-type.ts';
import type { Evidence, JsonValue } from '#shared/model/fact.ts';
import { grow, NO_EVIDENCE, sameEvidence } from '#shared/model/merge.ts';
import { type Projection, project } from '#shared/model/project.ts';
import { ENVELOPE_MEMBERS, type SubjectState } from '#shared/model/state.ts';
import type { GatewayName, SubjectKey } from '#shared/model/vocabulary.ts';
import type { HeadRow, Mode, PastVersion, VersionRow } from './ports.ts';

/** What the statement that is being applied brings along. */
export interface Cause {
  readonly causeId: string;
  /** Of the statement; a child may tell subjects of other connectors. */
  readonly connectorId: string;
  readonly cause: VersionRow['cause'];
  readonly merchantId: string;
  readonly gateway: GatewayName;
  readonly mode: Mode;
  /** ISO time with milliseconds. */
  readonly now: string;
}

export type NextVersion =
  | { readonly changed: false; readonly projection: Projection; readonly evidence: Evidence }
  | { readonly changed: true; readonly row: VersionRow; readonly projection: Projection };

/** The version that facts make of a subject's newest one, if they change its evidence at all. Pure. */
export function nextVersion(
  key: SubjectKey,
  newest: VersionRow | undefined,
  facts: Evidence,
  cause: Cause,
): NextVersion {
  const before = newest?.evidence ?? NO_EVIDENCE;
  const grown = grow(before, facts);
  const evidence = boundChildren(grown.evidence);
  const projection = project(key.type, evidence);
  // What grew may have been beyond the bound, and then nothing did.
  const changed = grown.changed && (evidence === grown.evidence || !sameEvidence(evidence, before));
  if (newest !== undefined && !changed) return { changed: false, projection, evidence };
  return { changed: true, projection, row: versionRow(key, newest, evidence, projection.state, cause) };
}

function versionRow(
  key: SubjectKey,
  newest: VersionRow | undefined,
  evidence: Evidence,
  state: SubjectState,
  cause: Cause,
): VersionRow {
  const version = (newest?.version ?? 0) + 1;
  const stateBefore = newest && stateOf(newest);
  const changes = changedMembers(stateBefore, state);
  const quiet = newest !== undefined && changes.length === 0;
  const mode = newest?.mode ?? cause.mode;
  return {
    key,
    version,
    time: newest !== undefined && newest.time > cause.now ? newest.time : cause.now,
    merchantId: newest?.merchantId ?? cause.merchantId,
    gateway: cause.gateway,
    mode,
    evidence,
    type: quiet ? null : eventType(key.type, stateBefore, state),
    // A quiet version shows what the last event said: it has no reasons of its own.
    data: quiet ? { ...newest.data, version } : publishedData(key, version, stateBefore, state, changes, mode, cause),
    causeId: cause.causeId,
    cause: cause.cause,
    lastByType: lastByType(newest),
  };
}

function publishedData(
  key: SubjectKey,
  version: number,
  before: SubjectState | undefined,
  state: SubjectState,
  changes: readonly string[],
  mode: Mode,
  cause: Cause,
): VersionRow['data'] {
  const previousStatus = before === undefined || before.kind === 'unknown' ? undefined : before.status;
  return {
    version,
    merchantId: cause.merchantId,
    connectorId: key.connectorId,
    gateway: cause.gateway,
    id: key.id,
    testMode: mode === 'test',
    ...(previousStatus !== undefined && { previousStatus }),
    ...(state as unknown as Record<string, JsonValue>),
    reasons: reasonsOf(changes),
    changes,
  };
}

function lastByType(newest: VersionRow | undefined): VersionRow['lastByType'] {
  if (newest === undefined) return {};
  if (newest.type === null) return newest.lastByType;
  return { ...newest.lastByType, [newest.type]: { version: newest.version, time: newest.time } };
}

/** The state inside a version's published data. */
export function stateOf(row: PastVersion): SubjectState {
  const members = Object.entries(row.data).filter(([name]) => !ENVELOPE_MEMBERS.includes(name));
  return Object.fromEntries(members) as unknown as SubjectState;
}

/** The moving item of a subject: what the newest version makes of its index attributes. */
export function headOf(row: VersionRow, createdAt: string, dueWithoutDate: string): HeadRow {
  const state = stateOf(row);
  const text = (name: string) => {
    const value = row.data[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  return {
    key: row.key,
    version: row.version,
    merchantId: row.merchantId,
    mode: row.mode,
    createdAt,
    updatedAt: row.time,
    kind: state.kind,
    status: state.status,
    ...text('merchantReference'),
    ...text('purchaseReference'),
    flags: flagsOf(state),
    aliases: 'aliases' in state ? (state.aliases ?? []) : [],
    ...(row.key.type === 'transaction' &&
      state.status === 'PENDING' && { due: ('due' in state && state.due) || dueWithoutDate }),
  };
}

function flagsOf(state: SubjectState): string[] {
  const on = (name: string) => (state as unknown as Record<string, unknown>)[name] === true;
  return [
    ...(on('contradictory') ? ['contradictory'] : []),
    ...(on('uncertain') ? ['uncertain'] : []),
    ...(on('unresolved') ? ['unresolved'] : []),
    ...(on('unlinked') ? ['unlinked'] : []),
    ...(on('riskReview') ? ['risk_review'] : []),
    ...(state.proven ? [] : ['unproven']),
    ...('anomalies' in state && state.anomalies ? ['anomaly'] : []),
  ];
}
