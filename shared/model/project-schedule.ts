import { type Ask, askAfterHints, makeAsk } from './ask.ts';
import { signedDates, valuesOf } from './claim.ts';
import { decideValue, type TimedValue } from './decide-value.ts';
import type { Evidence } from './fact.ts';
import type { Anomaly } from './notification.ts';
import { sortedAnomalies } from './project-transaction.ts';
import type { ScheduleState } from './state.ts';
import type { ScheduleStatus } from './vocabulary.ts';

interface ScheduleValue extends TimedValue {
  readonly status: ScheduleStatus;
  readonly scheduledAt?: string;
  readonly metadata?: string;
}

const WEAK: readonly ScheduleStatus[] = ['NON_EXISTING', 'UNKNOWN', 'CREATE_PENDING'];
const TERMINAL: readonly ScheduleStatus[] = ['CANCELLED', 'COMPLETED'];

/** State of a schedule (model.md 3): CANCELLED before COMPLETED are terminal, the rest goes by time. */
export function projectSchedule(evidence: Evidence): { state: ScheduleState; ask?: Ask } {
  const values = valuesOf<Omit<ScheduleValue, 'word'>>(evidence, 'value/').map((v) => ({ ...v, word: v.status }));
  const decision = decideValue(values, signedDates(evidence, 'first'), (value) => WEAK.includes(value.status));
  const terminal = TERMINAL.find((status) => values.some((value) => value.proven && value.status === status));
  // A merchant's own report is not believed: known, but in no state that anybody proved.
  const status = terminal ?? decision.value?.status ?? 'UNKNOWN';
  const uncertain = terminal === undefined && decision.uncertain;
  const detail = <K extends 'scheduledAt' | 'metadata'>(name: K) =>
    [decision.value, ...decision.standing, ...values].find((value) => value?.[name] !== undefined)?.[name];
  const [scheduledAt, metadata] = [detail('scheduledAt'), detail('metadata')];
  const anomalies = sortedAnomalies(valuesOf<Anomaly>(evidence, 'anomaly/'));
  const state: ScheduleState = {
    kind: 'schedule',
    status,
    proven: decision.value !== undefined,
    uncertain,
    ...(scheduledAt !== undefined && { scheduledAt }),
    ...(metadata !== undefined && { metadata }),
    ...(anomalies.length > 0 && { anomalies }),
  };
  const digests = values.map((value) => value.digest);
  if (!uncertain) {
    const ask = askAfterHints(
      evidence,
      values.flatMap((value) => value.settles ?? []),
      digests,
    );
    return { state, ...(ask && { ask }) };
  }
  const about = values.map((value) => `${value.source}/${value.status}/${value.digest}`).sort();
  return { state, ask: makeAsk('uncertain', about, digests) };
}
