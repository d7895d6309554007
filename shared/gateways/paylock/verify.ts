import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type {
  ConnectorCredentials,
  RawCallback,
  Readings,
  RefusalCode,
  RefusedVerdict,
  TriedReading,
  Verdict,
} from '../gateway.ts';
import { decodeBytes } from './encoded-bytes.ts';
import { headerOf } from './header-of.ts';
import { readingOf } from './reading.ts';
import { onlyValue, signatureValues } from './signature-values.ts';
import { readSigning, type Signing, type SigningKey, signingKeys } from './signing.ts';
import { hasPart, signedBytes } from './template.ts';
import { readTime } from './times.ts';
import { verifyBasic, verifyToken } from './verify-shared-secret.ts';

/** Printable and without spaces: a repeated header is joined with ", " and is none. */
const SIGNED_ID = /^[\x21-\x7e]{1,256}$/;

/**
 * Verifies a callback as the connector is configured (wire 5). Any bytes give a verdict; a mode that is not set, or a setting
 * that a mode needs and lacks, verifies nothing.
 */
export function verifyPaylock(callback: RawCallback, connector: ConnectorCredentials, now: Date): Verdict {
  const { settings, secrets } = connector;
  switch (settings['mode']) {
    case 'hmac':
      return verifyHmac(callback, connector, now);
    case 'token':
      return withReading(verifyToken(callback, settings, keysOf(secrets)), settings);
    case 'basic':
      return withReading(verifyBasic(callback, settings, keysOf(secrets)), settings);
    case 'fetch':
      // The URL's token was held against the connector's before; what the callback says is only a hint.
      return genuine('callback-url', 'none', {}, settings);
    default:
      return refused('reading_refused', '/settings/mode is not set: say how callbacks are proved genuine.');
  }
}

function keysOf(secrets: ConnectorCredentials['secrets']): readonly SigningKey[] {
  // A password or token is compared as the text that it is.
  return signingKeys(secrets, 'utf8');
}

function withReading(
  found: RefusedVerdict | { readonly ok: true; readonly keyId: string; readonly algorithm: string },
  settings: ConnectorCredentials['settings'],
): Verdict {
  return found.ok ? genuine(found.keyId, found.algorithm, {}, settings) : found;
}

function verifyHmac(callback: RawCallback, connector: ConnectorCredentials, now: Date): Verdict {
  const { settings } = connector;
  const read = readSigning(settings);
  if (!read.ok) return refused('reading_refused', `Nothing can be verified: ${read.field} ${read.message}.`);
  const { signing } = read;
  const header = headerOf(callback.headers, signing.header);
  if (header === '') {
    return refused('signature_missing', `There is no header ${signing.header} (/settings/signatureHeader).`);
  }
  const signatures = signatureValues(header, signing.prefix).flatMap(
    (value) => decodeBytes(value, signing.encoding) ?? [],
  );
  if (signatures.length === 0) return refused('signature_malformed', malformed(signing));
  const keys = signingKeys(connector.secrets, settings['secretEncoding']);
  if (keys.length === 0) {
    const detail = 'The connector has no key in the encoding of /settings/secretEncoding: set /secrets/keys.';
    return refused('secret_missing', detail);
  }
  const said = readSaid(callback, signing);
  if (!said.ok) return refused(said.code, said.detail);
  const tried: TriedReading[] = [];
  for (const path of pathsOf(callback, connector, signing)) {
    const bytes = signedBytes(signing.pieces, { ...said, ...partsOf(callback), path: path.text });
    const key = keys.find((one) => isSigned(signing, one, bytes, signatures));
    const readings: Readings = path.name === undefined ? {} : { path: path.name };
    if (key === undefined) {
      tried.push(triedReading(signing, path.name, bytes, keys));
      continue;
    }
    const late = judgeTime(signing, said.signedAt, now);
    return late ?? genuine(key.keyId, `hmac-${signing.algorithm}`, readings, settings);
  }
  return {
    ...refused('signature_mismatch', MISMATCH),
    ...{ tried, ...(said.signedAt === undefined ? {} : { signedAt: said.signedAt }) },
  };
}

const MISMATCH =
  'No key gives this signature: usual causes are another key, another /settings/template, algorithm or secretEncoding, a proxy that changes the body, or a forged request.';

function malformed({ header, prefix, encoding }: Signing): string {
  const behind = prefix === '' ? '' : ` behind ${JSON.stringify(prefix)}`;
  return `The header ${header} holds no signature in ${encoding}${behind}: see /settings/encoding and /settings/prefix.`;
}

type Said =
  | { readonly ok: true; readonly timestamp: string; readonly signedAt?: string; readonly id: string }
  | { readonly ok: false; readonly code: RefusalCode; readonly detail: string };

/** What the sender says beside the body, as far as the template signs it. */
function readSaid({ headers }: RawCallback, { timestamp, idHeader, pieces }: Signing): Said {
  const isIdSigned = idHeader !== undefined && hasPart(pieces, 'id');
  const id = isIdSigned ? headerOf(headers, idHeader) : '';
  if (isIdSigned && !SIGNED_ID.test(id)) {
    return { ok: false, code: 'signature_malformed', detail: `The header ${idHeader} does not hold one id.` };
  }
  if (timestamp === undefined) return { ok: true, timestamp: '', id };
  const header = headerOf(headers, timestamp.header);
  const text = timestamp.prefix === undefined ? header : (onlyValue(header, timestamp.prefix) ?? '');
  if (text === '') {
    return { ok: false, code: 'date_missing', detail: `The signed time is missing: header ${timestamp.header}.` };
  }
  const signedAt = readTime(text, timestamp.unit);
  if (signedAt === undefined) {
    const detail = `The header ${timestamp.header} is not one time in the unit ${timestamp.unit} (/settings/timestampUnit).`;
    return { ok: false, code: 'signature_malformed', detail };
  }
  return { ok: true, timestamp: text, signedAt, id };
}

function partsOf({ body, method, rawQuery }: RawCallback) {
  return { body, method, query: rawQuery };
}

interface PathReading {
  readonly name?: 'registered' | 'received';
  readonly text: string;
}

/** A proxy may have changed the path: the one that the gateway was given is tried first. */
function pathsOf(callback: RawCallback, connector: ConnectorCredentials, { pieces }: Signing): readonly PathReading[] {
  if (!hasPart(pieces, 'path')) return [{ text: '' }];
  const { publicPath } = connector.settings;
  const registered = typeof publicPath === 'string' && publicPath !== '' ? publicPath : connector.registeredPath;
  const received: PathReading = { name: 'received', text: callback.path };
  return registered === callback.path
    ? [{ name: 'registered', text: registered }]
    : [{ name: 'registered', text: registered }, received];
}

function isSigned(
  { algorithm }: Signing,
  { bytes: key }: SigningKey,
  parts: readonly Uint8Array[],
  signatures: readonly Uint8Array[],
): boolean {
  const hmac = createHmac(algorithm, key);
  for (const part of parts) hmac.update(part);
  const expected = hmac.digest();
  return signatures.some((given) => given.byteLength === expected.byteLength && timingSafeEqual(given, expected));
}

/** Only a signature that is right says when it was made. */
function judgeTime({ timestamp }: Signing, signedAt: string | undefined, now: Date): RefusedVerdict | undefined {
  if (timestamp === undefined || signedAt === undefined) return undefined;
  const seconds = (now.getTime() - Date.parse(signedAt)) / 1_000;
  if (Math.abs(seconds) <= timestamp.toleranceSeconds) return undefined;
  const where = `${Math.abs(Math.round(seconds))} s ${seconds > 0 ? 'ago' : 'ahead'}`;
  const cure =
    'If the gateway repeats callbacks with their first time, set /settings/toleranceSeconds to the time that it repeats them.';
  const detail = `The signature is right and was made ${where}; ${timestamp.toleranceSeconds} s are allowed. ${cure}`;
  return { ...refused('time_out_of_range', detail), signedAt };
}

function triedReading(
  { algorithm }: Signing,
  path: PathReading['name'],
  parts: readonly Uint8Array[],
  keys: readonly SigningKey[],
): TriedReading {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return {
    reading: path === undefined ? algorithm : `${algorithm}, path ${path}`,
    textSha256: hash.digest('hex'),
    keyIds: [...new Set(keys.map(({ keyId }) => keyId))],
  };
}

function genuine(
  keyId: string,
  algorithm: string,
  readings: Readings,
  settings: ConnectorCredentials['settings'],
): Verdict {
  return { ok: true, keyId, algorithm, readings, declared: { reading: readingOf(settings) } };
}

function refused(code: RefusalCode, detail: string): RefusedVerdict {
  return { ok: false, code, detail };
}
