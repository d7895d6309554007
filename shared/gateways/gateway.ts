import type { Notification, Origin } from '#shared/model/notification.ts';
import type { GatewayName, Source, SubjectType } from '#shared/model/vocabulary.ts';
import type { Asking } from './asking.ts';
import type { OutboundClient } from './outbound.ts';
import type { CertificateDemand, CertificateReading, CertificateSource } from './signing-certificate.ts';
import type { Variation } from './variation.ts';

/** One inbound HTTP request, its bytes as they came over the wire. */
export interface RawCallback {
  readonly method: string;
  /** Path as received, percent-encoding untouched where the edge keeps it. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly rawQuery: string;
  /** Lower-case names; a repeated header's values joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** IP address of who is connected to the edge (a proxy's, where one stands before it); not kept with the callback. */
  readonly sourceIp?: string;
}

/** What an adapter needs to know of a connector to verify its callbacks. Secrets are already decrypted. */
export interface ConnectorCredentials {
  readonly connectorId: string;
  /** Path of the registered callback URL: `/callbacks/{connectorId}` behind the base's own path. */
  readonly registeredPath: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: readonly ConnectorSecret[];
}

/** One generation of a connector's secrets; several are valid during a rotation. */
export interface ConnectorSecret {
  readonly keyId: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Which reading of the request matched, as far as the gateway leaves a choice: shown in the history of every subject. */
export interface Readings {
  readonly contentType?: 'received' | 'canonical';
  readonly date?: 'Date' | 'X-Date';
  readonly path?: 'registered' | 'received';
  /** Which bytes are "the payload" that is signed. */
  readonly payload?: 'body' | 'payload' | 'payload-compact' | 'decrypted';
}

export interface GenuineVerdict {
  readonly ok: true;
  readonly keyId: string;
  /** For example `hmac-sha512/sha512`, `hmac-sha512/md5`. */
  readonly algorithm: string;
  readonly readings: Readings;
  /** Signed or declared parts beside the body that the inbox key covers and normalize may read (IXOPAY: `date`). */
  readonly declared: Readonly<Record<string, string>>;
}

export const REFUSAL_CODES = [
  'signature_missing',
  'signature_malformed',
  'signature_mismatch',
  'algorithm_refused',
  'reading_refused',
  'date_missing',
  'secret_missing',
  /** The key that the sender names is none of the connector's. */
  'key_unknown',
  /** The signed time lies too far in the past, or in the future. */
  'time_out_of_range',
  /** The callback says that it is another merchant's, topic's or webhook's. */
  'foreign',
  'sender_refused',
  /** What must be readable before anything can be verified is not: an envelope, an encrypted body. */
  'envelope_malformed',
  'decryption_failed',
  /** The certificate's URL is none that the gateway publishes. */
  'certificate_url_refused',
  /** It could not be fetched: our trouble, unless the URL is forged. */
  'certificate_unavailable',
  'certificate_malformed',
  'certificate_expired',
  'certificate_name_refused',
  'certificate_untrusted',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface RefusedVerdict {
  readonly ok: false;
  readonly code: RefusalCode;
  /** One sentence for the operator: what was wrong and the likely cure. Never a secret, never an expected signature. */
  readonly detail: string;
  /** What was compared with the signature, as far as it came to that. */
  readonly tried?: readonly TriedReading[];
  /** The date that the sender claims to have signed, ISO; absent where none can be read. */
  readonly signedAt?: string;
  /** True: the trouble may be ours and pass; the sender is asked to come again (503) instead of being refused. */
  readonly retry?: true;
}

/** One byte string that a signature was held against. */
export interface TriedReading {
  /** Which reading of the request it is, for example `sha512, Content-Type received, Date, path registered`. */
  readonly reading: string;
  /** SHA-256 of the byte string, lower-case hex. */
  readonly textSha256: string;
  /** Generations of the secret that it was checked with. */
  readonly keyIds: readonly string[];
}

export type Verdict = GenuineVerdict | RefusedVerdict;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a front may use before the answer, where a signature alone cannot be judged. */
export interface RemoteDeps {
  readonly http: OutboundClient;
  readonly now: () => Date;
}

/** All that reaches beyond this machine before an answer; loaded only where a gateway signs with certificates. */
export interface RemoteTools extends RemoteDeps {
  readonly certificates: CertificateSource;
}

/** The light half of an adapter: all that `receive` loads before the answer. Imports no zod and no XML parser. */
export interface GatewayFront {
  readonly name: GatewayName;
  readonly methods: readonly string[];
  /**
   * The headers that matter and are stored, the signature among them; never credentials. Names are lower case. `settings`:
   * the connector's, for gateways whose headers are configured.
   */
  keptHeaders(
    headers: RawCallback['headers'],
    settings: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, string>>;
  /**
   * Requests that ask only whether somebody is here (a gateway's health check): answered, neither verified nor stored.
   * `tail`: what stands behind the connector's id in the path. Undefined: an ordinary callback.
   */
  probe?(method: string, tail: string | undefined): HttpAnswer | undefined;
  /**
   * The certificate that the signature is to be judged with, its URL already held against the gateway's own hosts; or why
   * the callback is refused without it. Left out: the gateway signs with no certificate.
   */
  certificateOf?(callback: RawCallback, connector: ConnectorCredentials): CertificateDemand | RefusedVerdict;
  /**
   * Pure and total: any bytes give a verdict. `now` is for gateways that sign a time with a tolerance; `certificate` is what
   * was found of the one that `certificateOf` asked for.
   */
  verify(
    callback: RawCallback,
    connector: ConnectorCredentials,
    now: Date,
    certificate?: CertificateReading,
  ): Verdict | Promise<Verdict>;
  /** Asks the gateway itself whether the callback is its own: where `verify` said `retry`. Undefined: it cannot be asked. */
  verifyRemotely?(
    deps: RemoteDeps,
    callback: RawCallback,
    connector: ConnectorCredentials,
  ): Promise<Verdict> | undefined;
  /**
   * True: the inbox key alone says that a callback was sent again, because the gateway counts its attempts inside the body.
   * Left out: another body under a known key is refused.
   */
  readonly repeatsDiffer?: true;
  /** The part of the inbox key behind the connector: base64url SHA-256 over body and declared parts. */
  inboxKey(source: Source, body: Uint8Array, declared: Readonly<Record<string, string>>): string;
  /** What the gateway is answered. `refused`: it did not verify; `failed`: our own trouble, and it shall come again. */
  acknowledge(outcome: Acknowledged): HttpAnswer;
}

export type Acknowledged = 'stored' | 'duplicate' | 'refused' | 'failed';

/** What normalize may read: body and declared parts, nothing else (model.md 1). */
export interface StoredStatement {
  readonly source: Source;
  readonly body: Uint8Array;
  readonly declared: Readonly<Record<string, string>>;
}

export interface NormalizedCallback {
  readonly origin: Origin;
  /** Never empty: what cannot be read is a notice `unrecognized`. */
  readonly notifications: readonly Notification[];
}

/** A merchant's report of a synchronous answer, ready to be stored as an inbox row of source `reported`. */
export type ReportReading =
  | { readonly effect: 'stored'; readonly body: Uint8Array; readonly subjectId: string }
  | { readonly effect: 'none'; readonly why: string };

/**
 * The setting or secret of a connector that a refusal hangs on, as a JSON pointer, by the refusal's code. `signature_mismatch`:
 * what callbacks are proved with; it stands in for every code that is left out.
 */
export type DecidedBy = Readonly<Partial<Record<RefusalCode, string>> & Record<'signature_mismatch', string>>;

/** The other half: what becomes of a stored callback. */
export interface Gateway {
  readonly front: GatewayFront;
  /** Pure and total, deterministic: the same statement always gives the same notifications. */
  normalize(statement: StoredStatement): NormalizedCallback;
  /** `POST /transactions`: reads the gateway's synchronous answer as the merchant passes it on (model.md 7). */
  readReport(report: { readonly result: unknown; readonly request?: unknown }): ReportReading;
  /** Checks a connector's settings and secrets; every failing field is named. */
  checkSettings(settings: unknown, secrets: unknown, mode: 'new' | 'change'): SettingsCheck;
  /** Settings under which every reading of a request counts: to find out why one was refused. */
  allReadings(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** What may stand between a refused callback and what was signed, the likeliest first; bounded for any bytes. */
  variations(callback: RawCallback, connector: ConnectorCredentials, receivedAt: Date): Iterable<Variation>;
  /** What the operator is pointed to when a callback was refused. */
  readonly decidedBy: DecidedBy;
  /** Which subjects the gateway's API can be asked about. */
  readonly confirms: readonly SubjectType[];
  /** For a test callback: what the connector's settings look for in it and do not find. `field`: the setting's pointer. */
  inspect?(statement: StoredStatement): readonly FieldProblem[];
  /** How the gateway's API is asked; left out: it has none for it ("cannot"). */
  readonly asking?: Asking;
}

export interface FieldProblem {
  /** JSON pointer, for example `/settings/apiKey`. */
  readonly field: string;
  readonly value?: unknown;
  readonly message: string;
}

export type SettingsCheck =
  | {
      readonly ok: true;
      readonly settings: Readonly<Record<string, unknown>>;
      readonly secrets: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };
