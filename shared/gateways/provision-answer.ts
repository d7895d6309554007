import type { JsonValue } from '#shared/model/fact.ts';
import type { FieldProblem } from './gateway.ts';
import type { OutboundAnswer, OutboundTrouble } from './outbound.ts';
import type { ProvisionFailure, ProvisionFailureCode } from './provision.ts';

export function failed(
  code: ProvisionFailureCode,
  detail: string,
  changed: 'no' | 'unknown',
  problems: readonly FieldProblem[] = [],
): ProvisionFailure {
  return { outcome: 'failed', code, detail, problems, changed };
}

/** No answer came: the gateway has done nothing if the request never left, and may have done it otherwise. */
export function failedOnTheWay(trouble: OutboundTrouble): ProvisionFailure {
  return failed(trouble.code, trouble.detail, trouble.sent ? 'unknown' : 'no');
}

/** The answer as JSON; undefined where it is none. */
export function jsonOf(answer: OutboundAnswer): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body)) as JsonValue;
  } catch {
    return undefined;
  }
}
