import { compareRank, type Rank } from './fact.ts';
import type { Source } from './vocabulary.ts';

/** One statement of a state that goes back and forth and often carries no time: a schedule's, a network token's. */
export interface TimedValue {
  readonly source: Source;
  readonly digest: string;
  readonly proven: boolean;
  /** What is compared: the status, or the gateway's word. */
  readonly word: string;
  readonly gatewayTime?: string;
  readonly askedAt?: string;
  readonly settles?: readonly string[];
}

export interface ValueDecision<T extends TimedValue> {
  /** The value in force; undefined where no proven value is known. */
  readonly value?: T;
  /** In order, latest first: what still counts beside the value in force. */
  readonly standing: readonly T[];
  readonly uncertain: boolean;
}

/**
 * Which of several values is in force (model.md 3): by gateway time where both have one, else by the date under which it
 * was signed; two that disagree without a gateway time make it uncertain; an answer of the gateway settles what it had
 * seen. `weak` values yield to any other and never make anything uncertain.
 */
export function decideValue<T extends TimedValue>(
  values: readonly T[],
  signedAt: ReadonlyMap<string, string>,
  weak: (value: T) => boolean,
): ValueDecision<T> {
  const proven = values.filter((value) => value.proven);
  const strong = proven.filter((value) => !weak(value));
  const counted = withoutSettled(strong.length > 0 ? strong : proven);
  const byDate = (value: T) => [value.askedAt ?? signedAt.get(value.digest) ?? '', value.word, value.digest];
  const byTime = (value: T) => [value.gatewayTime ?? '', ...byDate(value)];
  // Signed dates need not agree with gateway times: those with a time choose their latest first, by it alone.
  const timed = counted.filter((value) => value.gatewayTime !== undefined);
  const candidates = [...greatest(timed, byTime), ...counted.filter((value) => value.gatewayTime === undefined)];
  const [value] = greatest(candidates, byDate);
  const standing = [...counted].sort((x, y) => -compareRank(byDate(x), byDate(y)));
  if (value === undefined) return { standing, uncertain: false };
  const uncertain =
    strong.length > 0 && standing.some((other) => other.word !== value.word && !apartInTime(other, value));
  return { value, standing, uncertain };
}

/** The element of the greatest key as a list of one; empty for an empty list. */
function greatest<T>(values: readonly T[], key: (value: T) => Rank): T[] {
  const [first, ...rest] = values;
  if (first === undefined) return [];
  return [rest.reduce((best, value) => (compareRank(key(value), key(best)) > 0 ? value : best), first)];
}

/** The latest answer of the gateway and what it had not seen. */
function withoutSettled<T extends TimedValue>(values: readonly T[]): T[] {
  const [answer] = greatest(
    values.filter((value) => value.source === 'fetched'),
    (value) => [value.gatewayTime ?? '', value.askedAt ?? '', value.digest],
  );
  if (answer === undefined) return [...values];
  const seen = new Set(answer.settles);
  return [answer, ...values.filter((value) => value.source !== 'fetched' && !seen.has(value.digest))];
}

function apartInTime(a: TimedValue, b: TimedValue): boolean {
  return a.gatewayTime !== undefined && b.gatewayTime !== undefined && a.gatewayTime !== b.gatewayTime;
}
