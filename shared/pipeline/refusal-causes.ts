import type { DecidedBy } from '#shared/gateways/gateway.ts';
import type { CauseCode, SettingChange } from '#shared/gateways/variation.ts';
import { BASIC_BESIDE, CAUSE_OF, type KnownCause } from './cause-of-code.ts';
import type { KeptRequest } from './kept-request.ts';
import type { ListedRefusal, RefusedSample } from './ports.ts';

export interface LikelyCause {
  readonly code: CauseCode;
  /** False: what is left when all else was tried. */
  readonly certain: boolean;
  /** What happened, as a phrase. */
  readonly what: string;
  /** One sentence. */
  readonly cure: string;
  /** Settings of the connector that remove it. */
  readonly changes: readonly SettingChange[];
  /** Whose secret it is signed with, where that is known. */
  readonly keyId?: string;
  readonly connectorId?: string;
}

const SIGNED_AGO_MS = 8 * 86_400_000;
const AHEAD_MS = 15 * 60_000;
const BASIC = /(^|, )Basic /i;

/** What the code alone tells, and that a request was not kept; nothing where it has to be tried. */
export function causesByCode(
  sample: ListedRefusal,
  request: KeptRequest | undefined,
  decidedBy: DecidedBy,
): readonly LikelyCause[] {
  const known = knownCause(sample, decidedBy);
  if (known !== undefined) return [{ ...known, certain: true, changes: [] }];
  if (request?.whole === true) return [];
  const what = request === undefined ? 'its request was not kept' : 'only the beginning of its body was kept';
  const cure =
    'Wait for the gateway to send it again: one request a second and connector is kept, up to 300 KB of body.';
  return [{ code: 'not_kept', certain: false, what, cure, changes: [] }];
}

/** Undefined: the code leaves open what it was. */
function knownCause({ code, headers }: RefusedSample, decidedBy: DecidedBy): KnownCause | undefined {
  if (code === 'signature_mismatch') return undefined;
  if (code === 'signature_missing' && BASIC.test(headers['authorization'] ?? '')) return BASIC_BESIDE;
  return CAUSE_OF[code](pointerOf(decidedBy, code), Object.hasOwn(decidedBy, code));
}

function pointerOf(decidedBy: DecidedBy, code: RefusedSample['code']): string {
  const own = Object.entries(decidedBy).find(([name]) => name === code);
  return own?.[1] ?? decidedBy.signature_mismatch;
}

/** When nothing that was tried verifies. `clockDifferenceMs`: of the sample. */
export function wrongSecret(clockDifferenceMs: number | undefined, decidedBy: DecidedBy): readonly LikelyCause[] {
  const wrong: LikelyCause = {
    code: 'wrong_secret',
    certain: false,
    what: 'no reading of the request matches what is known here: it is signed for or with something else, changed beyond what was tried, or forged',
    cure: `Compare ${decidedBy.signature_mismatch} with what stands in the gateway, and PUT the connector with that.`,
    changes: [],
  };
  if (clockDifferenceMs === undefined || (clockDifferenceMs > -SIGNED_AGO_MS && clockDifferenceMs < AHEAD_MS)) {
    return [wrong];
  }
  const days = Math.abs(clockDifferenceMs / 86_400_000).toFixed(1);
  const stale: LikelyCause = {
    code: 'stale_date',
    certain: false,
    what: `its date is ${days} days ${clockDifferenceMs < 0 ? 'before' : 'after'} its arrival`,
    cure: 'Look for a cache or proxy that sends old requests again or sets Date by a wrong clock.',
    changes: [],
  };
  return [stale, wrong];
}
