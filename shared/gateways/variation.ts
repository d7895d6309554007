import type { RawCallback } from './gateway.ts';

/** What may have made a genuine callback be refused; stable. */
export const CAUSES = [
  'now_verifies',
  'md5_refused',
  'canonical_content_type_off',
  'x_date_off',
  'received_path_off',
  'scheme_refused',
  'content_type_rewritten',
  'path_prefix',
  'query_changed',
  'body_changed',
  'date_rewritten',
  'stale_date',
  'old_secret',
  'other_connector_secret',
  'wrong_secret',
  'basic_beside',
  'signature_missing',
  'signature_malformed',
  'date_missing',
  'secret_missing',
  'incomplete',
  'retired',
  'wrong_url',
  'wrong_method',
  'too_large',
  'other_body',
  'not_kept',
  'algorithm_refused',
  'reading_refused',
  'key_unknown',
  'time_out_of_range',
  'foreign',
  'sender_refused',
  'envelope_malformed',
  'decryption_failed',
  'certificate_url_refused',
  'certificate_unavailable',
  'certificate_malformed',
  'certificate_expired',
  'certificate_name_refused',
  'certificate_untrusted',
] as const;
export type CauseCode = (typeof CAUSES)[number];

/** A setting of the connector that removes the cause. */
export interface SettingChange {
  /** JSON pointer, for example `/settings/publicPath`. */
  readonly pointer: string;
  readonly value: string | boolean;
}

/** One thing that may stand between what was signed and what came: tried by verifying as if it were undone. */
export interface Variation {
  readonly cause: CauseCode;
  /** What it supposes, as a phrase: `the body had a byte order mark`. */
  readonly what: string;
  /** One sentence. */
  readonly cure: string;
  /** The request as it may have been signed; absent: as it came. */
  readonly callback?: RawCallback;
  /** Settings to verify with. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly changes?: readonly SettingChange[];
}

/** A part of a request as it may have been before it was changed on the way. */
export interface Supposed<Part> {
  readonly part: Part;
  readonly what: string;
}
