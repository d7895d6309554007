import { rateLimited } from '../ask-trouble.ts';
import type { AskFailure } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { type Members, readPayload } from './payload.ts';

/** Reason codes of a 400 that mean our credentials and not the object ("Manage errors"). */
const OUR_CREDENTIALS = new Set([
  'InvalidHeaderValue',
  'MissingHeader',
  'MissingHeaderValue',
  'InvalidRequestSignature',
]);
/** Why an answer is none to our question, by its status; undefined: it is one. `now`: for Retry-After. */
export function failureOfAnswer({ status, headers, body }: OutboundAnswer, now: Date): AskFailure | undefined {
  if (status === 200) return undefined;
  if (status === 404) return { outcome: 'not_found', detail: 'Amazon Pay knows no such object, or not yet (404).' };
  if (status === 429) {
    const detail =
      'Amazon Pay answered that it was asked too often: lower settings.limits, or see who else uses this key.';
    return rateLimited({ headers }, detail, now);
  }
  const reason = readPayload(Buffer.from(body).toString('utf8'))?.get('reasoncode');
  const isOurs = status === 400 && typeof reason === 'string' && OUR_CREDENTIALS.has(reason);
  if (status === 401 || status === 403 || isOurs) {
    const detail = `Amazon Pay does not accept the request (HTTP ${status}): see settings.publicKeyId, region and environment, and that secrets.privateKey belongs to that key.`;
    return { outcome: 'not_allowed', detail };
  }
  if (status >= 500 || status === 408 || status === 425) {
    return { outcome: 'down', detail: `Amazon Pay answered ${status}.` };
  }
  return { outcome: 'malformed', detail: `Amazon Pay answered ${status}, which its manual has not for a look-up.` };
}

/** Ids, in lower case, that only objects below one have. */
const NARROWER: Readonly<Record<string, readonly string[]>> = {
  chargeId: ['refundid'],
  chargePermissionId: ['chargeid', 'refundid'],
};

/** The object that was asked for, or why it is not. */
export function readApiAnswer(
  body: Uint8Array,
  asked: { readonly idField: string; readonly id: string },
  merchantId: unknown,
): AskFailure | undefined {
  const members = objectOf(body);
  if (members === undefined) return { outcome: 'malformed', detail: "Amazon Pay's answer is no JSON object." };
  const merchant = members.get('merchantid') ?? undefined;
  if (merchant !== undefined && merchant !== merchantId) {
    return { outcome: 'foreign', detail: 'The object is of another merchant than settings.merchantId.' };
  }
  // A refund names its charge and its permission too, a charge its permission: those are not what was asked for.
  const isOther = (NARROWER[asked.idField] ?? []).some((name) => members.get(name) !== undefined);
  if (members.get(asked.idField.toLowerCase()) !== asked.id || isOther) {
    const detail = `Amazon Pay answered about another ${asked.idField} than the one that was asked for: nothing of it is believed.`;
    return { outcome: 'malformed', detail };
  }
  return undefined;
}

function objectOf(body: Uint8Array): Members | undefined {
  try {
    return readPayload(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
