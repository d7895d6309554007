import type { JsonValue } from '#shared/model/fact.ts';
import { membersOf } from '../document-members.ts';
import type { FieldProblem } from '../gateway.ts';
import type { OutboundAnswer } from '../outbound.ts';
import type { ProvisionFailure, ProvisionFailureCode } from '../provision.ts';
import { failed, jsonOf } from '../provision-answer.ts';
import { sameGuid, type Update } from './provision-body.ts';

/** What the answer to the PUT means; undefined: the payment gateway is as it was sent (200 with its bare Guid). Pure. */
export function failureOf(answer: OutboundAnswer, sent: Pick<Update, 'id' | 'body'>): ProvisionFailure | undefined {
  const { status } = answer;
  if (status === 200) return guidIn(answer, sent.id) ? undefined : unexpected(status);
  if (status >= 500) {
    const detail = `Paylock answered ${status}: look at the payment gateway there, and repeat.`;
    return failed('gateway_internal_error', detail, 'unknown');
  }
  if (status < 400) return unexpected(status);
  const problems = problemsIn(jsonOf(answer), sent.body);
  const { code, detail } = REFUSALS[status] ?? REFUSED;
  const named = problems.length === 0 ? '' : ` (${problems.map(({ field }) => field).join(', ')})`;
  return failed(code, `Paylock ${detail}${named} (HTTP ${status}).`, 'no', problems);
}

interface Refusal {
  readonly code: ProvisionFailureCode;
  readonly detail: string;
}

const REFUSED: Refusal = { code: 'gateway_invalid_request', detail: 'refuses the request: see the dry run' };
const UNAUTHORIZED: Refusal = {
  code: 'gateway_unauthorized',
  detail: 'does not accept settings.apiUser and secrets.apiPassword: correct them here',
};
const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: UNAUTHORIZED,
  403: UNAUTHORIZED,
  404: {
    code: 'gateway_entity_missing',
    detail: 'has no such payment gateway: see settings.customerId and settings.paymentGatewayId',
  },
  429: { code: 'gateway_busy', detail: 'has too many requests: repeat it later' },
};

function unexpected(status: number): ProvisionFailure {
  const detail = `Paylock answered ${status} without the Guid of the payment gateway: see the host, and look there.`;
  return failed('gateway_answer_unexpected', detail, 'unknown');
}

/** Bare, as S002 prints it, or as JSON text. */
function guidIn({ body }: OutboundAnswer, id: string): boolean {
  const text = Buffer.from(body).toString('utf8').trim();
  const guid = /^"?([0-9A-Fa-f-]{32,36})"?$/.exec(text)?.[1];
  return guid !== undefined && sameGuid(guid, id);
}

/** ServiceStack's ResponseStatus; names of fields that were sent, and nothing else of it. */
function problemsIn(json: JsonValue | undefined, body: Update['body']): readonly FieldProblem[] {
  const errors = membersOf(membersOf(json).get('responsestatus')).get('errors');
  if (!Array.isArray(errors)) return [];
  const sent = membersOf(body);
  return errors.flatMap((error: JsonValue): FieldProblem[] => {
    const name = membersOf(error).get('fieldname');
    if (typeof name !== 'string' || !sent.has(name.toLowerCase())) return [];
    const own = Object.keys(body).find((member) => member.toLowerCase() === name.toLowerCase()) ?? '';
    return [{ field: `/shape/${own}`, message: 'is refused by Paylock: see its manual for what is allowed' }];
  });
}
