import { type Ask, askAfterHints, makeAsk } from './ask.ts';
import { type Child, childrenOf } from './children.ts';
import { claimsOf, signedDates, valuesOf } from './claim.ts';
import { decideStatus, type StatusDecision } from './decide-status.ts';
import { decideValue, type TimedValue } from './decide-value.ts';
import type { Evidence } from './fact.ts';
import { decideKind } from './kind.ts';
import type { Anomaly, InstrumentSummary } from './notification.ts';
import { sortedAnomalies } from './project-transaction.ts';
import type { InstrumentState } from './state.ts';
import type { InstrumentStatus, TokenType, TokenWord, UpdateResult } from './vocabulary.ts';

interface TokenValue extends TimedValue {
  readonly word: TokenWord;
}

interface Update {
  readonly date?: string;
  readonly result: UpdateResult;
  readonly proven: boolean;
}

const TOKEN_STATUS: Readonly<Record<TokenWord, InstrumentStatus>> = {
  pending: 'PENDING',
  active: 'ACTIVE',
  inactive: 'SUSPENDED',
  suspended: 'SUSPENDED',
  deactivated: 'DEREGISTERED',
  error: 'ERROR',
};

/** State of a stored card, account or token (model.md 2 and 3). */
export function projectInstrument(evidence: Evidence): { state: InstrumentState; ask?: Ask } {
  const claims = claimsOf(evidence);
  const register = decideStatus(claims);
  const update = evidence['update']?.value as unknown as Update | undefined;
  const tokens = valuesOf<TokenValue>(evidence, 'token/');
  const token = decideValue(tokens, signedDates(evidence, 'last'), () => false);
  const removals = childrenOf(evidence).filter((child) => child.kind === 'deregister' && child.status === 'FINISHED');
  const { kind, conflict } = decideKind(evidence);
  const { status, panStatus } = statusOf(claims.length > 0 ? register : undefined, update, removals);
  const networkToken = networkTokenOf(token.value, token.uncertain, removals);
  const aliases = valuesOf<string>(evidence, 'alias/');
  const summary = evidence['field/summary']?.value as unknown as InstrumentSummary | undefined;
  const anomalies = sortedAnomalies([
    ...valuesOf<Anomaly>(evidence, 'anomaly/'),
    ...(conflict ? [{ code: 'kind_conflict' as const, field: 'kind' }] : []),
  ]);
  const state: InstrumentState = {
    kind: kind as InstrumentState['kind'],
    status,
    proven: register.proven || update?.proven === true || token.value !== undefined || removals.length > 0,
    contradictory: register.contradictory,
    uncertain: token.uncertain,
    ...(claims.length > 0 && { registration: register.status }),
    pan: { status: panStatus },
    ...(networkToken && { networkToken }),
    ...(update && { lastUpdate: { ...(update.date !== undefined && { date: update.date }), result: update.result } }),
    ...(aliases.length > 0 && { aliases }),
    ...(summary && { summary }),
    ...(anomalies.length > 0 && { anomalies }),
  };
  if (!token.uncertain) {
    const settled = [...tokens, ...claims].flatMap((value) => value.settles ?? []);
    const ask = askAfterHints(
      evidence,
      settled,
      [...tokens, ...claims].map((value) => value.digest),
    );
    return { state, ...(ask && { ask }) };
  }
  const about = tokens.map((value) => `${value.source}/${value.word}/${value.digest}`).sort();
  return {
    state,
    ask: makeAsk(
      'uncertain',
      about,
      tokens.map((value) => value.digest),
    ),
  };
}

function statusOf(
  register: StatusDecision | undefined,
  update: Update | undefined,
  removals: readonly Child[],
): { status: InstrumentStatus; panStatus: InstrumentStatus } {
  const removed = (...types: TokenType[]) => removals.some((child) => types.includes(child.tokenType ?? 'ALL'));
  const stored = register === undefined ? 'ACTIVE' : storedStatus(register);
  const card = update?.proven && update.result === 'closed' ? 'CLOSED' : stored;
  return {
    status: removed('ALL') ? 'DEREGISTERED' : card,
    panStatus: removed('ALL', 'PAN') ? 'DEREGISTERED' : card,
  };
}

function storedStatus(register: StatusDecision): InstrumentStatus {
  if (register.status === 'FINISHED') return 'ACTIVE';
  return register.status === 'ERROR' ? 'ERROR' : 'PENDING';
}

function networkTokenOf(value: TokenValue | undefined, uncertain: boolean, removals: readonly Child[]) {
  const removed = removals.some((child) => child.tokenType === 'NT' || (value && (child.tokenType ?? 'ALL') === 'ALL'));
  if (value === undefined && !removed) return undefined;
  return {
    status: removed || value === undefined ? ('DEREGISTERED' as const) : TOKEN_STATUS[value.word],
    ...(value && { word: value.word }),
    uncertain: uncertain && !removed,
  };
}
