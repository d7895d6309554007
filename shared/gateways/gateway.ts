import type { Notification, Origin } from '#shared/model/notification.ts';
import type { GatewayName, Source, SubjectType } from '#shared/model/vocabulary.ts';
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

/** Which reading of the request matched: shown in the history of every subject. */
export interface Readings {
  readonly contentType: 'received' | 'canonical';
  readonly date: 'Date' | 'X-Date';
  readonly path: 'registered' | 'received';
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

/** The light half of an adapter: all that `receive` loads before the answer. Imports no zod and no XML parser. */
export interface GatewayFront {
  readonly name: GatewayName;
  readonly methods: readonly string[];
  /** The headers that matter and are stored, the signature among them; never Basic credentials. Names are lower case. */
  keptHeaders(headers: RawCallback['headers']): Readonly<Record<string, string>>;
  /** Pure and total: any bytes give a verdict. `now` is for gateways that sign a time with a tolerance. */
  verify(callback: RawCallback, connector: ConnectorCredentials, now: Date): Verdict;
  /** The part of the inbox key behind the connector: base64url SHA-256 over body and declared parts. */
  inboxKey(source: Source, body: Uint8Array, declared: Readonly<Record<string, string>>): string;
  acknowledge(outcome: 'stored' | 'duplicate'): HttpAnswer;
}

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
  /** Which subjects the gateway's API can be asked about. */
  readonly confirms: readonly SubjectType[];
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
