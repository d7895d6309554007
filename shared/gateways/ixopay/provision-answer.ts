import type { JsonValue } from '#shared/model/fact.ts';
import { isObject, membersOf } from '../document-members.ts';
import type { FieldProblem } from '../gateway.ts';
import type { OutboundAnswer } from '../outbound.ts';
import type { JsonObject, ProvisionFailure, ProvisionFailureCode } from '../provision.ts';
import { failed, jsonOf } from '../provision-answer.ts';

interface Meaning {
  readonly code: ProvisionFailureCode;
  readonly detail: string;
}

/** The provisioning API's own error codes (S000). Those of callbacks and of the status API have the same numbers. */
const ERRORS: Readonly<Record<number, Meaning>> = {
  1000: {
    code: 'gateway_unauthorized',
    detail: 'does not accept settings.provisioningUser and secrets.provisioningPassword: correct them here',
  },
  1001: { code: 'gateway_invalid_request', detail: 'finds the request invalid: see the dry run' },
  1002: { code: 'gateway_value_not_allowed', detail: 'does not allow one of the values' },
  1003: { code: 'gateway_format_invalid', detail: 'finds the format of one of the values invalid' },
  1004: { code: 'gateway_characters_invalid', detail: 'finds invalid characters in one of the values' },
  1005: { code: 'gateway_parameter_missing', detail: 'misses a mandatory member: import the connector again, whole' },
  1006: { code: 'gateway_parameter_not_applicable', detail: 'says that some members do not apply to this connector' },
  1007: {
    code: 'gateway_entity_missing',
    detail: 'does not know the connector or something that it refers to: see settings.connectorGuid',
  },
  9999: {
    code: 'gateway_internal_error',
    detail: 'had an error of its own: look at the connector there, and repeat',
  },
};

/** What the answer to updateConnector means; undefined: the connector is as it was sent. Pure. */
export function failureOf(
  answer: OutboundAnswer,
  sent: { readonly guid: string; readonly sharedSecret: string; readonly body: JsonObject },
): ProvisionFailure | undefined {
  const { status } = answer;
  const json = jsonOf(answer);
  const members = membersOf(json);
  // Never by `success`: the manual's own error examples say true beside 1004.
  const errorCode = Number(members.get('errorcode') ?? 0);
  if (status === 401) return failureFor(1000, answer, members, sent.body);
  if (errorCode !== 0) return failureFor(errorCode, answer, members, sent.body);
  if (status === 429) return failed('gateway_busy', 'IXOPAY answered 429, too many requests: repeat it later.', 'no');
  if (status >= 500) {
    const detail = `IXOPAY answered ${status}: look at the connector there, and repeat.`;
    return failed('gateway_internal_error', detail, 'unknown');
  }
  if (status >= 400) {
    const code = status === 404 ? 'gateway_entity_missing' : 'gateway_invalid_request';
    return failed(code, `IXOPAY answered ${status} without a code: see the host and the connectorGuid.`, 'no');
  }
  if (status !== 200 || !isObject(json)) {
    const detail = `IXOPAY answered ${status} with what is no answer of its API: see the host, and look there.`;
    return failed('gateway_answer_unexpected', detail, 'unknown');
  }
  return mismatchOf(membersOf(members.get('connector')), sent);
}

function failureFor(
  errorCode: number,
  { status }: OutboundAnswer,
  members: ReadonlyMap<string, JsonValue>,
  body: JsonObject,
): ProvisionFailure {
  const meaning = Object.hasOwn(ERRORS, errorCode) ? ERRORS[errorCode] : undefined;
  if (meaning === undefined) {
    const detail = `IXOPAY answered ${status} with an error code that its manual does not have: look at the connector there.`;
    return failed('gateway_answer_unexpected', detail, 'unknown');
  }
  const problems = problemsOf(members.get('errormessage'), meaning, body);
  const named = problems.length === 0 ? '' : ` (${problems.map(({ field }) => field).join(', ')})`;
  // A 5xx may have done something before it failed, whatever code it then gives.
  const changed = status >= 500 || meaning.code === 'gateway_internal_error' ? 'unknown' : 'no';
  return failed(meaning.code, `IXOPAY ${meaning.detail}${named} (HTTP ${status}, ${errorCode}).`, changed, problems);
}

/**
 * `name: nameInvalid characters`: the text before the colon, if it names a member that was sent. The rest stays unsaid: it
 * may quote a value, and decisions are made on the code only (S000).
 */
function problemsOf(message: JsonValue | undefined, { detail }: Meaning, body: JsonObject): readonly FieldProblem[] {
  const path = typeof message === 'string' ? /^\s*([A-Za-z][A-Za-z0-9.]{0,100}):/.exec(message)?.[1] : undefined;
  if (path === undefined) return [];
  const names = path.split('.');
  const found = names.reduce<unknown>((value, name) => membersOf(value as JsonValue).get(name.toLowerCase()), body);
  return found === undefined ? [] : [{ field: `/shape/${names.join('/')}`, message: `IXOPAY ${detail}` }];
}

function mismatchOf(
  connector: ReadonlyMap<string, JsonValue>,
  sent: { readonly guid: string; readonly sharedSecret: string },
): ProvisionFailure | undefined {
  const guid = connector.get('guid');
  if (typeof guid === 'string' && guid !== sent.guid) {
    const detail = 'IXOPAY answered with another connector than the one that was updated: look at both there.';
    return failed('gateway_answer_unexpected', detail, 'unknown');
  }
  const shown = connector.get('sharedsecret');
  // Empty or stars: not shown at all.
  if (typeof shown === 'string' && !/^\**$/.test(shown) && shown !== sent.sharedSecret) {
    const detail =
      'IXOPAY accepted the update but shows another shared secret than the one that was sent: take it from its console ' +
      'and register it here, or repeat.';
    return failed('secret_not_taken', detail, 'unknown');
  }
  return undefined;
}
