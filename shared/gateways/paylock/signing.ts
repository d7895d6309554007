import type { ConnectorSecret } from '../gateway.ts';
import { type ByteEncoding, decodeBytes } from './encoded-bytes.ts';
import { settingText } from './setting-text.ts';
import { hasPart, readTemplate, type TemplatePiece } from './template.ts';
import type { TimeUnit } from './times.ts';

type Settings = Readonly<Record<string, unknown>>;

export const ALGORITHMS = ['sha256', 'sha512', 'sha1'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
const ENCODINGS: readonly ByteEncoding[] = ['hex', 'base64', 'base64url'];
const UNITS: readonly TimeUnit[] = ['s', 'ms', 'iso8601', 'http-date'];

/** How a connector's callbacks are signed. */
export interface Signing {
  readonly algorithm: Algorithm;
  readonly encoding: ByteEncoding;
  /** Lower case. */
  readonly header: string;
  readonly prefix: string;
  readonly pieces: readonly TemplatePiece[];
  readonly timestamp?: SignedTimestamp;
  /** Lower case; there where the template names {id}. */
  readonly idHeader?: string;
}

export interface SignedTimestamp {
  readonly header: string;
  /** It stands in a list behind this, as `t=` does. */
  readonly prefix?: string;
  readonly unit: TimeUnit;
  readonly toleranceSeconds: number;
}

export type SigningReading =
  | { readonly ok: true; readonly signing: Signing }
  /** What keeps callbacks from being verified, as a JSON pointer and a phrase. */
  | { readonly ok: false; readonly field: string; readonly message: string };

/**
 * Reads what verification needs of the stored settings. Fails closed: nothing has a value that is not set, and a template
 * that asks for what is not configured verifies nothing. The schema sets the documented defaults when it is registered.
 */
export function readSigning(settings: Settings): SigningReading {
  const algorithm = ALGORITHMS.find((known) => known === settings['algorithm']);
  if (algorithm === undefined) return missing('algorithm', `must be one of ${ALGORITHMS.join(', ')}`);
  const encoding = ENCODINGS.find((known) => known === settings['encoding']);
  if (encoding === undefined) return missing('encoding', `must be one of ${ENCODINGS.join(', ')}`);
  const header = settingText(settings['signatureHeader']);
  if (header === undefined) return missing('signatureHeader', 'must name the header that the signature comes in');
  const template = settingText(settings['template']);
  const pieces = template === undefined ? undefined : readTemplate(template);
  if (pieces === undefined || !hasPart(pieces, 'body', 'sha256hex:body')) {
    return missing('template', 'must say what is signed, {body} or {sha256hex:body} among it');
  }
  const idHeader = settingText(settings['idHeader'])?.toLowerCase();
  if (hasPart(pieces, 'id') && idHeader === undefined) {
    return missing('idHeader', 'must name the header that {id} of the template comes in');
  }
  const timestamp = hasPart(pieces, 'timestamp') ? readTimestamp(settings) : undefined;
  if (timestamp !== undefined && 'ok' in timestamp) return timestamp;
  const prefix = settingText(settings['prefix']) ?? '';
  return {
    ok: true,
    signing: {
      ...{ algorithm, encoding, header: header.toLowerCase(), prefix, pieces },
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(idHeader === undefined ? {} : { idHeader }),
    },
  };
}

/** A time that is not signed is not read at all: anybody could set it (pitfalls, replay windows). */
function readTimestamp(settings: Settings): SignedTimestamp | Extract<SigningReading, { ok: false }> {
  const header = settingText(settings['timestampHeader'])?.toLowerCase();
  if (header === undefined) return missing('timestampHeader', 'must name the header that {timestamp} comes in');
  const unit = UNITS.find((known) => known === settings['timestampUnit']);
  if (unit === undefined) return missing('timestampUnit', `must be one of ${UNITS.join(', ')}`);
  const { toleranceSeconds } = settings;
  if (typeof toleranceSeconds !== 'number' || !(toleranceSeconds > 0)) {
    return missing('toleranceSeconds', 'must say how far the time may be from now');
  }
  const prefix = settingText(settings['timestampPrefix']);
  return { header, unit, toleranceSeconds, ...(prefix === undefined ? {} : { prefix }) };
}

export interface SigningKey {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

/** Every usable key of every generation. One that is not in the encoding of `secretEncoding` is none. */
export function signingKeys(secrets: readonly ConnectorSecret[], secretEncoding: unknown): readonly SigningKey[] {
  return secrets.flatMap(({ keyId, values }) =>
    keyTexts(Object.hasOwn(values, 'keys') ? values['keys'] : undefined).flatMap((text): readonly SigningKey[] => {
      const bytes = keyBytes(text, secretEncoding);
      return bytes === undefined || bytes.byteLength === 0 ? [] : [{ keyId, bytes }];
    }),
  );
}

/** Undefined: the key is not written in that encoding, or there is no such encoding. */
export function keyBytes(text: string, secretEncoding: unknown): Uint8Array | undefined {
  if (secretEncoding === 'utf8') return Buffer.from(text);
  if (secretEncoding === 'hex' || secretEncoding === 'base64') return decodeBytes(text, secretEncoding);
  return undefined;
}

/** A list is sealed as JSON text. */
function keyTexts(sealed: unknown): readonly string[] {
  if (typeof sealed !== 'string') return [];
  try {
    const value: unknown = JSON.parse(sealed);
    return Array.isArray(value) ? value.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}

function missing(name: string, message: string): Extract<SigningReading, { ok: false }> {
  return { ok: false, field: `/settings/${name}`, message };
}
