import type { OutboundAnswer } from '../outbound.ts';
import type { ProvisionFailure, ProvisionFailureCode } from '../provision.ts';
import { failed } from '../provision-answer.ts';
import { readDocument } from './document.ts';
import { wordAt } from './fields.ts';

/** `name` of a refusal (Webhooks v1 reference, errors): what to do about it. */
const NAMES: ReadonlyMap<string, readonly [ProvisionFailureCode, string]> = new Map([
  [
    'WEBHOOK_URL_ALREADY_EXISTS',
    ['gateway_value_not_allowed', 'Another webhook of the app has this URL: register its id as /settings/webhookId.'],
  ],
  [
    'WEBHOOK_NUMBER_LIMIT_EXCEEDED',
    [
      'gateway_value_not_allowed',
      'The app has as many webhooks as it may have: remove one in the developer dashboard.',
    ],
  ],
  ['WEBHOOK_PATCH_REQUEST_NO_CHANGE', ['gateway_invalid_request', 'PayPal says that the change changes nothing.']],
  ['INVALID_RESOURCE_ID', ['gateway_entity_missing', 'The app has no such webhook: correct /settings/webhookId.']],
]);

/** What an answer that is no success means. Its text is not shown. */
export function failureOf({ status, body }: OutboundAnswer): ProvisionFailure {
  const reading = readDocument(body);
  const named = NAMES.get((reading.ok ? wordAt(reading.tree, 'name') : undefined) ?? '');
  if (named !== undefined) return failed(named[0], named[1], 'no');
  const detail = `PayPal answered ${status}.`;
  if (status === 401 || status === 403) {
    return failed(
      'gateway_unauthorized',
      `${detail} The app may not manage webhooks, or its credentials are wrong.`,
      'no',
    );
  }
  if (status === 404) return failed('gateway_entity_missing', `${detail} The app has no such webhook.`, 'no');
  if (status === 400 || status === 422) return failed('gateway_invalid_request', detail, 'no');
  if (status === 429) return failed('gateway_busy', detail, 'no');
  if (status >= 500) return failed('gateway_internal_error', detail, 'unknown');
  return failed('gateway_answer_unexpected', `${detail} That is none of its manual’s answers.`, 'unknown');
}
