import { createHash, timingSafeEqual } from 'node:crypto';
import type {
  ConnectorCredentials,
  ConnectorSecret,
  RawCallback,
  RefusalCode,
  RefusedVerdict,
  TriedReading,
  Verdict,
} from '../gateway.ts';
import { readSignedDate } from './dates.ts';
import { type BodyHash, type Candidate, candidateReadings, type ReadingSwitch } from './readings.ts';
import { macOf, type SignedText, signedBytesOf } from './sign.ts';
import { readSignatureHeader, type SignatureHeader } from './signature-header.ts';

const DATE_HEADERS = ['date', 'x-amzn-remapped-date', 'x-date'];
/** Readings that a refusal names: more than any request has that no proxy has touched. */
const TRIED_SHOWN = 16;

type FoundSignature = Extract<SignatureHeader, { ok: true }>;

/**
 * Verifies the HMAC-SHA512 of a callback (wire 1). Any bytes give a verdict, and only the settings' explicit `true`
 * switches a fallback on.
 *
 * There is no freshness window: the gateway repeats for 7 days and nobody documents whether it dates a repeat anew
 * (wire 1.5), so a window could drop every repeat; replays are met by the inbox key, which covers the date.
 */
export function verifyIxopay(callback: RawCallback, connector: ConnectorCredentials): Verdict {
  const verdict = judge(callback, connector);
  if (verdict.ok) return verdict;
  const signedAt = DATE_HEADERS.map((name) => readSignedDate(callback.headers[name] ?? '')).find((at) => at);
  return { ...verdict, ...(signedAt !== undefined && { signedAt }) };
}

function judge(callback: RawCallback, connector: ConnectorCredentials): Verdict {
  const header = readSignatureHeader(callback.headers);
  if (!header.ok) return refused(header.code, header.detail);

  if (!DATE_HEADERS.some((name) => callback.headers[name])) {
    return refused(
      'date_missing',
      'There is neither a Date nor an X-Date header; the date is one of the signed parts.',
    );
  }
  const secrets = connector.secrets.filter((secret) => sharedSecretOf(secret) !== '');
  if (secrets.length === 0) {
    return refused(
      'secret_missing',
      'The connector has no sharedSecret, so nothing can be verified: set /secrets/sharedSecret.',
    );
  }

  const bodyHash = hashesOf(callback.body);
  const textOf = ({ bodyHash: hash, contentType, date, uri }: Candidate): SignedText => {
    return { form: header.form, method: callback.method, bodyHash: bodyHash(hash), contentType, date, uri };
  };
  const match = (candidate: Candidate): ConnectorSecret | undefined =>
    secrets.find((secret) => signs(secret, textOf(candidate), header));

  const readings: Candidate[] = [];
  const switchedOffReadings: Candidate[] = [];
  for (const candidate of candidatesOf(callback, connector, header)) {
    readings.push(candidate);
    if (objections(candidate, connector, header).length > 0) {
      switchedOffReadings.push(candidate);
      continue;
    }
    const secret = match(candidate);
    if (secret) return genuine(candidate, secret);
  }
  const wouldMatch = switchedOffReadings.find((candidate) => match(candidate) !== undefined);
  const keyIds = secrets.map(({ keyId }) => keyId);
  const tried = readings.slice(0, TRIED_SHOWN).map((candidate) => triedReading(candidate, textOf(candidate), keyIds));
  const verdict = wouldMatch ? switchedOff(objections(wouldMatch, connector, header)) : mismatch(header);
  return { ...verdict, tried };
}

function triedReading(candidate: Candidate, text: SignedText, keyIds: readonly string[]): TriedReading {
  const { contentType, date, path } = candidate.readings;
  return {
    reading: `${candidate.bodyHash}, Content-Type ${contentType}, ${date}, path ${path}`,
    textSha256: createHash('sha256').update(signedBytesOf(text)).digest('hex'),
    keyIds,
  };
}

function genuine(candidate: Candidate, secret: ConnectorSecret): Verdict {
  return {
    ok: true,
    keyId: secret.keyId,
    algorithm: `hmac-sha512/${candidate.bodyHash}`,
    readings: candidate.readings,
    declared: { date: candidate.date },
  };
}

function candidatesOf(
  callback: RawCallback,
  connector: ConnectorCredentials,
  header: FoundSignature,
): Iterable<Candidate> {
  const publicPath = connector.settings['publicPath'];
  return candidateReadings({
    form: header.form,
    contentType: callback.headers['content-type'],
    date: callback.headers['date'],
    remappedDate: callback.headers['x-amzn-remapped-date'],
    xDate: callback.headers['x-date'],
    registeredPath: typeof publicPath === 'string' && publicPath !== '' ? publicPath : connector.registeredPath,
    receivedPath: callback.path,
    rawQuery: callback.rawQuery,
  });
}

/** The official verifier knows IxoPay only with MD5 (wire 1.2); no switch opens what no gateway is known to send. */
type Objection = ReadingSwitch | 'IxoPay with SHA-512';

function objections(candidate: Candidate, connector: ConnectorCredentials, header: FoundSignature): Objection[] {
  const switches: Objection[] = candidate.needs.filter((need) => connector.settings[need] !== true);
  return header.service === 'IxoPay' && candidate.bodyHash === 'sha512'
    ? [...switches, 'IxoPay with SHA-512']
    : switches;
}

function signs(secret: ConnectorSecret, text: SignedText, header: FoundSignature): boolean {
  const expected = macOf(sharedSecretOf(secret), text);
  return expected.byteLength === header.signature.byteLength && timingSafeEqual(expected, header.signature);
}

function sharedSecretOf(secret: ConnectorSecret): string {
  const value: unknown = secret.values['sharedSecret'];
  return typeof value === 'string' ? value : '';
}

/** Each hash of the body is made at most once, however many readings and secrets are tried. */
function hashesOf(body: Uint8Array): (algorithm: BodyHash) => string {
  const made = new Map<BodyHash, string>();
  return (algorithm) => {
    const known = made.get(algorithm) ?? createHash(algorithm).update(body).digest('hex');
    made.set(algorithm, known);
    return known;
  };
}

function switchedOff(objected: readonly Objection[]): RefusedVerdict {
  const code = objected.some((name) => name === 'acceptMd5' || name === 'IxoPay with SHA-512')
    ? 'algorithm_refused'
    : 'reading_refused';
  if (objected.includes('IxoPay with SHA-512')) {
    return refused(
      code,
      'The signature fits the scheme IxoPay with SHA-512, which no gateway is known to send: use the scheme Gateway.',
    );
  }
  const names = objected.map((name) => `/settings/${name}`).join(' and ');
  return refused(code, `The signature is right, but only by a reading that the connector has switched off: ${names}.`);
}

function mismatch(header: FoundSignature): RefusedVerdict {
  const form = header.form === 'json' ? 'JSON' : 'XML';
  return refused(
    'signature_mismatch',
    `No reading of the request fits its ${form} signature: usual causes are another sharedSecret, a proxy that changes path, query or body (set /settings/publicPath), or a forged request.`,
  );
}

function refused(code: RefusalCode, detail: string): RefusedVerdict {
  return { ok: false, code, detail };
}
