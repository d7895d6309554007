import type { CauseCode } from '#shared/gateways/variation.ts';
import type { RefusedSample } from './ports.ts';

export interface KnownCause {
  readonly code: CauseCode;
  /** What happened, as a phrase. */
  readonly what: string;
  /** One sentence. */
  readonly cure: string;
}

/** `at`: the JSON pointer that decides; `isOwn`: the gateway names it for this very code. */
type CauseAt = (at: string, isOwn: boolean) => KnownCause;

export const BASIC_BESIDE: KnownCause = {
  code: 'basic_beside',
  what: 'Authorization came with Basic credentials where the signature would stand',
  cure: 'In the gateway’s connector switch off "Send Basic-Auth header", or choose JSON postbacks, whose signature has a header of its own.',
};

/** What a code says: of all but `signature_mismatch`, which leaves open what it was. */
export const CAUSE_OF: Readonly<Record<Exclude<RefusedSample['code'], 'signature_mismatch'>, CauseAt>> = {
  signature_missing: (at, isOwn) => ({
    code: 'signature_missing',
    what: 'it came without a signature',
    cure: isOwn
      ? `Switch signatures on in the gateway; if they are, compare ${at} with what it sends, or look for a proxy that drops the header.`
      : 'Switch signatures on in the gateway; if they are, a proxy drops the headers that hold them.',
  }),
  signature_malformed: (at, isOwn) => ({
    code: 'signature_malformed',
    what: 'the signature is not as the gateway writes it',
    cure: isOwn
      ? `Compare ${at} with what the gateway sends, or stop the proxy that rewrites the signature’s header.`
      : 'Stop the proxy that rewrites or cuts the signature’s header, or whoever else calls this URL.',
  }),
  algorithm_refused: (at, isOwn) => ({
    code: 'algorithm_refused',
    what: 'it is signed in a way that this connector does not take',
    cure: isOwn
      ? `Have the gateway sign in the newer way, or allow the older one with ${at}.`
      : 'None is needed unless the gateway itself sent it: then ask it how it signs, for it documents no such way.',
  }),
  reading_refused: (at) => ({
    code: 'reading_refused',
    what: 'what is signed is not what the connector’s settings say',
    cure: `PUT the connector with ${at} as the gateway signs: the refusal’s detail says what is missing or which reading fits.`,
  }),
  date_missing: (at, isOwn) => ({
    code: 'date_missing',
    what: 'the signed date did not come',
    cure: isOwn
      ? `Have the proxy let the header of ${at} through, or correct the setting.`
      : 'Have the proxy let Date through, or copy it to X-Date.',
  }),
  secret_missing: (at) => ({
    code: 'secret_missing',
    what: 'the connector has nothing in force that could prove it',
    cure: `PUT the connector with ${at} as it stands in the gateway.`,
  }),
  key_unknown: (at) => ({
    code: 'key_unknown',
    what: 'it names a key that is none of the connector’s',
    cure: `Add the key of that id to ${at} if it is yours in the gateway; else another merchant’s webhook calls this URL, or it is forged.`,
  }),
  time_out_of_range: (at) => ({
    code: 'time_out_of_range',
    what: 'the signed time lies too far from its arrival: it was held back, sent again by somebody, or a clock is wrong',
    cure: `Look at this machine’s clock first; if callbacks are held back on their way, raise ${at}.`,
  }),
  foreign: (at) => ({
    code: 'foreign',
    what: 'it says that it is another merchant’s, topic’s or webhook’s',
    cure: `Compare ${at} with the gateway; if both are right, give the other one a connector and a callback URL of its own.`,
  }),
  sender_refused: (at) => ({
    code: 'sender_refused',
    what: 'it came from an address that the connector does not take callbacks from',
    cure: `Correct ${at} if the address is the gateway’s; behind a proxy all calls come from the proxy’s, so switch the check off there.`,
  }),
  envelope_malformed: () => ({
    code: 'envelope_malformed',
    what: 'the body is not the envelope that the gateway sends, so that nothing in it could be verified',
    cure: 'Look which product calls this URL: browsers, older kinds of notification and scanners do; a proxy may also have cut the body.',
  }),
  decryption_failed: (at) => ({
    code: 'decryption_failed',
    what: 'its encrypted part is opened by no key of the connector',
    cure: `PUT the connector with ${at}: the private key that belongs to the certificate that the gateway encrypts for.`,
  }),
  certificate_url_refused: (at, isOwn) => ({
    code: 'certificate_url_refused',
    what: 'its certificate lies at an address that is none of the gateway’s',
    cure: isOwn
      ? `Compare ${at} with where the webhook was made, test or live; if it is right, the callback is forged and nothing is to be done.`
      : 'None is needed: the callback is forged, unless the gateway has announced another address.',
  }),
  certificate_unavailable: () => ({
    code: 'certificate_unavailable',
    what: 'the certificate that it is signed with could not be fetched',
    cure: 'Let this service reach the gateway’s certificates over HTTPS; the gateway comes again until then.',
  }),
  certificate_malformed: () => ({
    code: 'certificate_malformed',
    what: 'what lies at the certificate’s address is no certificate that could be read',
    cure: 'Look for a proxy that answers in the gateway’s place; if there is none, report it to the gateway.',
  }),
  certificate_expired: () => ({
    code: 'certificate_expired',
    what: 'its certificate is no longer valid, or not yet',
    cure: 'Look at this machine’s clock; if it is right, report it to the gateway, for what such a certificate signs is not believed.',
  }),
  certificate_name_refused: () => ({
    code: 'certificate_name_refused',
    what: 'its certificate was issued to somebody else than the gateway',
    cure: 'None is needed: it is forged, unless the gateway has announced another name.',
  }),
  certificate_untrusted: (at, isOwn) => ({
    code: 'certificate_untrusted',
    what: 'no authority that is trusted here has issued its certificate',
    cure: isOwn
      ? `If a stand-in of yours signs, put its authority into ${at}; else it is forged, or a proxy answers in the gateway’s place.`
      : 'It is forged, or a proxy answers in the gateway’s place: stop that proxy.',
  }),
  incomplete: () => ({
    code: 'incomplete',
    what: 'the configuration lacks something',
    cure: 'Set what the connector’s readiness names; the gateway comes again until then.',
  }),
  retired: () => ({
    code: 'retired',
    what: 'the connector has been out of use for longer than late callbacks are taken',
    cure: 'PUT the connector to bring it back, or leave it if the payment is settled elsewhere.',
  }),
  unknown_connector: () => ({
    code: 'wrong_url',
    what: 'the path is not this connector’s callback URL',
    cure: 'Enter the connector’s callbackUrl in the gateway as it is shown.',
  }),
  method: () => ({
    code: 'wrong_method',
    what: 'gateways do not call with this method: a person or a scanner did',
    cure: 'None is needed; if the gateway did, ask it which URL it calls how.',
  }),
  too_large: () => ({
    code: 'too_large',
    what: 'the body is over 1 MiB',
    cure: 'Ask the gateway why: no callback it documents is that large.',
  }),
  other_body: () => ({
    code: 'other_body',
    what: 'another body is stored under the same key',
    cure: 'Ask the gateway which of the two it means: a fault or a forgery at its end.',
  }),
};
