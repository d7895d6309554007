import type { CauseCode, SettingChange } from '#shared/gateways/variation.ts';
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

type Known = Pick<LikelyCause, 'code' | 'what' | 'cure'>;

/** Codes that say all there is to say. */
const BY_CODE: Readonly<Partial<Record<RefusedSample['code'], Known>>> = {
  signature_malformed: {
    code: 'signature_malformed',
    what: 'the signature is not as the gateway writes it',
    cure: 'Stop the proxy that rewrites or cuts the signature’s header, or whoever else calls this URL.',
  },
  date_missing: {
    code: 'date_missing',
    what: 'the signed date did not come',
    cure: 'Have the proxy let Date through, or copy it to X-Date.',
  },
  secret_missing: {
    code: 'secret_missing',
    what: 'the connector has no secret in force',
    cure: 'PUT the connector with /secrets/sharedSecret as it stands in the gateway.',
  },
  incomplete: {
    code: 'incomplete',
    what: 'the configuration lacks something',
    cure: 'Set what the connector’s readiness names; the gateway comes again until then.',
  },
  retired: {
    code: 'retired',
    what: 'the connector has been out of use for longer than late callbacks are taken',
    cure: 'PUT the connector to bring it back, or leave it if the payment is settled elsewhere.',
  },
  unknown_connector: {
    code: 'wrong_url',
    what: 'the path is not this connector’s callback URL',
    cure: 'Enter the connector’s callbackUrl in the gateway as it is shown.',
  },
  method: {
    code: 'wrong_method',
    what: 'gateways do not call with this method: a person or a scanner did',
    cure: 'None is needed; if the gateway did, ask it which URL it calls how.',
  },
  too_large: {
    code: 'too_large',
    what: 'the body is over 1 MiB',
    cure: 'Ask the gateway why: no callback it documents is that large.',
  },
  other_body: {
    code: 'other_body',
    what: 'another body is stored under the same key',
    cure: 'Ask the gateway which of the two it means: a fault or a forgery at its end.',
  },
};

/** What the code alone tells, and that a request was not kept; nothing where it has to be tried. */
export function causesByCode(sample: ListedRefusal, request: KeptRequest | undefined): readonly LikelyCause[] {
  const known = sample.code === 'signature_missing' ? withoutSignature(sample) : BY_CODE[sample.code];
  if (known !== undefined) return [{ ...known, certain: true, changes: [] }];
  if (request?.whole === true) return [];
  const what = request === undefined ? 'its request was not kept' : 'only the beginning of its body was kept';
  const cure =
    'Wait for the gateway to send it again: one request a second and connector is kept, up to 300 KB of body.';
  return [{ code: 'not_kept', certain: false, what, cure, changes: [] }];
}

function withoutSignature(sample: RefusedSample): Known {
  if (BASIC.test(sample.headers['authorization'] ?? '')) {
    return {
      code: 'basic_beside',
      what: 'Authorization came with Basic credentials where the signature would stand',
      cure: 'In the gateway’s connector switch off "Send Basic-Auth header", or choose JSON postbacks, whose signature has a header of its own.',
    };
  }
  return {
    code: 'signature_missing',
    what: 'it came without a signature',
    cure: 'Switch signatures on in the gateway’s connector; if it is, a proxy drops X-Signature or Authorization.',
  };
}

/** When nothing that was tried verifies. `clockDifferenceMs`: of the sample. */
export function wrongSecret(clockDifferenceMs: number | undefined): readonly LikelyCause[] {
  const wrong: LikelyCause = {
    code: 'wrong_secret',
    certain: false,
    what: 'no reading of the request matches any secret known here: it is signed with another one, changed beyond what was tried, or forged',
    cure: 'Compare the shared secret in the gateway with the one set here, and PUT the connector with /secrets/sharedSecret.',
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
