import { rateLimited } from '../ask-trouble.ts';
import type { AskFailure } from '../asking.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { MAX_DEPTH } from './body-reading.ts';
import { ownField, type Tree } from './field-reader.ts';
import { readJson } from './read-json.ts';

type FailureKind = Exclude<AskFailure['outcome'], 'foreign'>;

/** Codes of a refused look-up (wire 7). Every other one means that an operator has to look: the request is ours. */
const REFUSALS: ReadonlyMap<string, FailureKind> = new Map([
  ['8001', 'not_found'],
  ['7040', 'not_found'],
  // An answer of theirs failed, or ours did not reach what it asks: it says nothing about the payment.
  ...['1001', '1003', '1008', '1010', '3001', '3003', '3005', '9999'].map((code) => [code, 'down'] as const),
]);

const TOO_OFTEN = 'IXOPAY answered that it was asked too often: lower settings.limits, or see who else uses this user.';

/** What is wrong with an answer as its status or its code say; undefined: the look-up worked. `now`: for Retry-After. */
export function failureOfAnswer(answer: OutboundAnswer, now: Date): AskFailure | undefined {
  const { status } = answer;
  const code = refusalCodeOf(answer.body);
  if (status === 429 || code === '1009') return rateLimited(answer, TOO_OFTEN, now);
  if (status === 401 || status === 403) {
    const detail = `IXOPAY does not accept settings.username and secrets.password (HTTP ${status}): correct them here.`;
    return { outcome: 'not_allowed', detail };
  }
  // 504 and 522 are its time-outs (php-ixopay Client.validateStatusCode).
  if (status >= 500 || status === 408) return { outcome: 'down', detail: `IXOPAY answered ${status}.` };
  if (code !== undefined) return refused(code);
  if (status === 200) return undefined;
  return { outcome: 'malformed', detail: `IXOPAY answered ${status} without a code: see settings.apiHost and apiKey.` };
}

/** The body of a look-up that worked. */
export function readAnswer(body: Uint8Array): { readonly tree: Tree } | AskFailure {
  const reading = treeOf(body);
  if (typeof reading === 'string')
    return { outcome: 'malformed', detail: `IXOPAY's answer cannot be read: ${reading}` };
  const success = ownField(reading, 'success');
  if (success !== true && success !== 'true') {
    return { outcome: 'malformed', detail: "IXOPAY's answer does not say whether the look-up worked (success)." };
  }
  return { tree: reading };
}

function refused(code: string): AskFailure {
  const outcome = REFUSALS.get(code) ?? 'not_allowed';
  const meaning: Readonly<Partial<Record<FailureKind, string>>> = {
    not_found: 'IXOPAY knows no such transaction or schedule, or not yet',
    down: 'IXOPAY could not look it up now',
    not_allowed: 'IXOPAY refuses the look-up: see the connector and its API user there',
  };
  return { outcome, detail: `${meaning[outcome] ?? 'IXOPAY refuses the look-up'} (error ${code}).` };
}

/** The code of a look-up that failed; a payment's own error stands beside `success: true` and is none. */
function refusalCodeOf(body: Uint8Array): string | undefined {
  const tree = treeOf(body);
  if (typeof tree === 'string') return undefined;
  const success = ownField(tree, 'success');
  if (success !== false && success !== 'false') return undefined;
  const code = ownField(tree, 'errorCode') ?? ownField(tree, 'code');
  if (typeof code === 'number' && Number.isSafeInteger(code)) return String(code);
  return typeof code === 'string' && /^\d{1,8}$/.test(code) ? code : 'without a code';
}

/** Or why it is no JSON object. */
function treeOf(body: Uint8Array): Tree | string {
  try {
    const reading = readJson(new TextDecoder('utf-8', { fatal: true }).decode(body), MAX_DEPTH);
    return reading.ok ? reading.tree : reading.detail;
  } catch {
    return 'it is not UTF-8 text.';
  }
}
