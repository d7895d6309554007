import type { InstrumentState, SubjectState } from './state.ts';
import {
  INSTRUMENT_KINDS,
  NOTICE_STATUSES,
  SCHEDULE_STATUSES,
  type SubjectType,
  TOKEN_WORDS,
  TRANSACTION_KINDS,
  TRANSACTION_STATUSES,
  UPDATE_RESULTS,
} from './vocabulary.ts';

const INSTRUMENT_EVENTS = [
  ...new Set([
    'registered',
    'updated',
    'deregistered',
    ...UPDATE_RESULTS,
    ...TOKEN_WORDS.map((word) => `token_${word}`),
  ]),
];

/** Every event type there is (model.md 5): what a subscription's patterns can match. */
export const EVENT_TYPES: readonly string[] = [
  ...typesOf(TRANSACTION_KINDS, [...TRANSACTION_STATUSES.map(lower), 'updated']),
  ...typesOf(['schedule'], [...SCHEDULE_STATUSES.map(lower), 'updated']),
  ...typesOf(INSTRUMENT_KINDS, INSTRUMENT_EVENTS),
  ...typesOf(['notice'], [...NOTICE_STATUSES.map(lower), 'expectation_missing', 'updated']),
];

function typesOf(kinds: readonly string[], whats: readonly string[]): string[] {
  return kinds.flatMap((kind) => whats.map((what) => `payment.${kind}.${what}`));
}

function lower(text: string): string {
  return text.toLowerCase();
}

/**
 * Type of the event of a version that changed the state, or null where there is none yet: an original that is known only
 * from its children has no kind, and its past is told once the kind is known. `pending`, `finished` and `error` stand
 * only for the version that enters that status.
 */
export function eventType(type: SubjectType, before: SubjectState | undefined, after: SubjectState): string | null {
  if (after.kind === 'unknown') return null;
  const known = before === undefined || before.kind === 'unknown' ? undefined : before;
  return `payment.${after.kind}.${whatHappened(type, known, after)}`;
}

function whatHappened(type: SubjectType, before: SubjectState | undefined, after: SubjectState): string {
  if (type === 'instrument') {
    return instrumentEvent(before as InstrumentState | undefined, after as InstrumentState);
  }
  if (before?.status === after.status) return 'updated';
  if (type === 'notice' && 'reason' in after && after.reason === 'expectation_missing') return 'expectation_missing';
  return lower(after.status);
}

/** One version, one type: the strongest thing that happened to the instrument. */
function instrumentEvent(before: InstrumentState | undefined, after: InstrumentState): string {
  const entered = before?.status !== after.status;
  if (entered && after.status === 'DEREGISTERED') return 'deregistered';
  if (entered && after.status === 'CLOSED') return 'closed';
  const news = (name: 'lastUpdate' | 'networkToken') => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]);
  if (after.lastUpdate && news('lastUpdate')) return after.lastUpdate.result;
  const registered = before?.registration !== 'FINISHED' && after.registration === 'FINISHED';
  if (registered && after.status === 'ACTIVE') return 'registered';
  const tokenWord = after.networkToken?.status === 'DEREGISTERED' ? 'deactivated' : after.networkToken?.word;
  return tokenWord && news('networkToken') ? `token_${tokenWord}` : 'updated';
}
