import type { RawCallback, RefusalCode, RefusedVerdict } from '../gateway.ts';

/** The five headers of a delivery, as far as they have the right form (PayPal "Webhooks", verify_webhook_signature). */
export interface Transmission {
  readonly ok: true;
  readonly id: string;
  /** As received: it is signed in this spelling. */
  readonly time: string;
  readonly timeMs: number;
  readonly signature: Buffer;
  readonly certificateUrl: string;
}

/** The only algorithm: the official Python SDK would also take SHA1withRSA. */
export const ALGORITHM = 'SHA256withRSA';

const NAMES = [
  'paypal-transmission-id',
  'paypal-transmission-time',
  'paypal-transmission-sig',
  'paypal-cert-url',
  'paypal-auth-algo',
] as const;

/** No "|": the signed parts are joined with it. */
const ID = /^[A-Za-z0-9-]{1,50}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
/** RSA keys of 2048 to 8192 bits. */
const SIGNATURE = /^[A-Za-z0-9+/]{300,1400}={0,2}$/;
/** Of the old form notifications, which no webhook sends. */
const IPN = /(?:^|&)(?:cmd|txn_type|txn_id|payer_id|payer_email|ipn_track_id|payment_status)=/;

/** Reads the headers; total. */
export function readTransmission({ headers, body }: RawCallback): Transmission | RefusedVerdict {
  const [id = '', time = '', signature = '', certificateUrl = '', algorithm = ''] = NAMES.map(
    (name) => headers[name] ?? '',
  );
  const missing = NAMES.filter((name) => (headers[name] ?? '') === '');
  if (missing.length === NAMES.length && isLegacyIpn(headers['content-type'], body)) {
    return refused(
      'signature_missing',
      'This is a legacy IPN message (a form), which is not supported: subscribe a webhook at PayPal to this URL and switch IPN off.',
    );
  }
  if (missing.length > 0) {
    return refused(
      'signature_missing',
      `Not a signed notification of PayPal's: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Check that no proxy drops headers.`,
    );
  }
  const malformed = (name: string) =>
    refused(
      'signature_malformed',
      `The header ${name} is not of PayPal's form: it was changed on the way, or is forged.`,
    );
  if (!ID.test(id)) return malformed(NAMES[0]);
  const timeMs = TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(timeMs)) return malformed(NAMES[1]);
  if (!SIGNATURE.test(signature)) return malformed(NAMES[2]);
  if (algorithm !== ALGORITHM) {
    return refused(
      'algorithm_refused',
      `PAYPAL-AUTH-ALGO is not ${ALGORITHM}, the only algorithm that PayPal signs with.`,
    );
  }
  return { ok: true, id, time, timeMs, signature: Buffer.from(signature, 'base64'), certificateUrl };
}

export function refused(code: RefusalCode, detail: string): RefusedVerdict {
  return { ok: false, code, detail };
}

function isLegacyIpn(contentType: string | undefined, body: Uint8Array): boolean {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 4_096)).toString('latin1');
  return contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true
    ? start.includes('=')
    : IPN.test(start);
}
