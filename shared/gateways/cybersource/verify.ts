import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type {
  ConnectorCredentials,
  RawCallback,
  RefusalCode,
  RefusedVerdict,
  TriedReading,
  Verdict,
} from '../gateway.ts';
import { decryptJwe, findEncrypted } from './decrypt.ts';
import { decodeUtf8, type JsonDocument, memberText, readJsonObject } from './read-json.ts';
import { readSignatureHeader, type SignatureHeader } from './signature-header.ts';
import { organizationsOf, PAYLOAD_SCHEMES, type PayloadScheme, readSigned } from './statement.ts';
import { own, textOf } from './tree.ts';
import { type WebhookKey, webhookKeysOf } from './webhook-keys.ts';

/** The guide's sample allows 60 minutes; what was withheld while a subscription was suspended needs more (a setting). */
const TOLERANCE_SECONDS = 3_600;
const FUTURE_SECONDS = 300;

type FoundHeader = Extract<SignatureHeader, { ok: true }>;

interface Candidate {
  readonly scheme: PayloadScheme;
  readonly bytes: Uint8Array | string;
}

/**
 * Verifies `v-c-signature`: HMAC-SHA256 over `<t>.<payload>` with the key that `keyId` names. What "the payload" is the guide
 * leaves open, so that any of four readings counts unless settings.payloadScheme pins one: each needs the key.
 */
export function verifyCybersource(
  callback: RawCallback,
  connector: ConnectorCredentials,
  now: Date,
): Verdict | Promise<Verdict> {
  const header = readSignatureHeader(callback.headers);
  if (!header.ok) return { ok: false, code: header.code, detail: header.detail };
  const dated = (verdict: Verdict): Verdict =>
    verdict.ok ? verdict : { ...verdict, signedAt: new Date(header.signedAtMs).toISOString() };
  const text = decodeUtf8(callback.body);
  const document = readJsonObject(text);
  const encrypted = findEncrypted(text, document?.tree);
  const judged = (plain: string | undefined) =>
    dated(judge(callback, connector, header, now, { document, encryptedIn: encrypted?.where, plain }));
  // Opening costs an RSA operation: only where the key that signed is one of the connector's.
  const isKnown = webhookKeysOf(connector.secrets, header.keyId).keys.length > 0;
  if (encrypted === undefined || !isKnown) return judged(undefined);
  return decryptJwe(encrypted.jwe, privateKeysOf(connector)).then(judged);
}

interface Content {
  readonly document: JsonDocument | undefined;
  /** Where the encrypted part stands; undefined: nothing is encrypted. */
  readonly encryptedIn: string | undefined;
  /** What was encrypted; undefined: no key opens it. */
  readonly plain: string | undefined;
}

function judge(
  callback: RawCallback,
  connector: ConnectorCredentials,
  header: FoundHeader,
  now: Date,
  { document, encryptedIn, plain }: Content,
): Verdict {
  const stale = timeProblem(header, connector, now);
  if (stale !== undefined) return refused('time_out_of_range', stale);
  const { any, keys } = webhookKeysOf(connector.secrets, header.keyId);
  if (!any) {
    return refused('secret_missing', 'The connector has no webhookKeys, so nothing can be verified: provision it.');
  }
  if (keys.length === 0) {
    const shown = /^[\w-]{1,64}$/.test(header.keyId) ? JSON.stringify(header.keyId) : 'another';
    const detail = `The key id ${shown} is none of the connector's webhookKeys: add the key, or look who signs.`;
    return refused('key_unknown', detail);
  }
  const isMatch = (candidate: Candidate) => keys.find(({ key }) => signs(key, header, candidate));
  const pinned = connector.settings['payloadScheme'];
  const candidates = [...candidatesOf(callback.body, document)];
  const [open, closed] = parted(candidates, pinned);
  const hit = firstMatch(open, isMatch);
  if (hit !== undefined) {
    // Anybody can encrypt for the connector: beside a payload that alone was signed, it is nobody's word.
    const isSigned = hit.candidate.scheme === 'body' || encryptedIn === 'payload';
    if (isSigned && encryptedIn !== undefined && plain === undefined) return undecryptable(encryptedIn, true);
    return accepted(callback, connector, hit, isSigned ? plain : undefined);
  }
  const inner: Candidate[] = plain === undefined ? [] : [{ scheme: 'decrypted', bytes: plain }];
  const [openInner, closedInner] = parted(inner, pinned);
  const innerHit = firstMatch(openInner, isMatch);
  if (innerHit !== undefined) return accepted(callback, connector, innerHit, plain);
  const other = firstMatch([...closed, ...closedInner], isMatch);
  if (other !== undefined) return readingRefused(other.candidate.scheme, String(pinned));
  if (encryptedIn !== undefined && plain === undefined) return undecryptable(encryptedIn, false);
  return mismatch([...candidates, ...inner], header, keys);
}

function timeProblem({ signedAtMs }: FoundHeader, { settings }: ConnectorCredentials, now: Date): string | undefined {
  const given = settings['toleranceSeconds'];
  const tolerance = typeof given === 'number' && given >= 0 ? given : TOLERANCE_SECONDS;
  const age = (now.getTime() - signedAtMs) / 1_000;
  if (age > tolerance) {
    return `It was signed ${Math.round(age)} s ago and ${tolerance} s are allowed (settings.toleranceSeconds): a replay, or held back.`;
  }
  return age < -FUTURE_SECONDS ? `It was signed ${Math.round(-age)} s in the future: look at both clocks.` : undefined;
}

function* candidatesOf(body: Uint8Array, document: JsonDocument | undefined): Generator<Candidate, void> {
  yield { scheme: 'body', bytes: body };
  const exact = document && memberText(document, 'payload');
  if (document === undefined || exact === undefined) return;
  yield { scheme: 'payload', bytes: exact };
  const value = own(document.tree, 'payload');
  if (typeof value === 'string') yield { scheme: 'payload', bytes: value };
  const compact = JSON.stringify(value);
  yield { scheme: 'payload-compact', bytes: compact };
}

/** Readings that count, and those that the connector has switched off. */
function parted(
  candidates: readonly Candidate[],
  pinned: unknown,
): readonly [readonly Candidate[], readonly Candidate[]] {
  const isPinned = PAYLOAD_SCHEMES.some((scheme) => scheme === pinned);
  if (!isPinned) return [candidates, []];
  return [candidates.filter(({ scheme }) => scheme === pinned), candidates.filter(({ scheme }) => scheme !== pinned)];
}

interface Hit {
  readonly candidate: Candidate;
  readonly generation: string;
}

function firstMatch(
  candidates: readonly Candidate[],
  match: (candidate: Candidate) => WebhookKey | undefined,
): Hit | undefined {
  for (const candidate of candidates) {
    const key = match(candidate);
    if (key !== undefined) return { candidate, generation: key.generation };
  }
  return undefined;
}

function signs(key: Buffer, { t, signature }: FoundHeader, { bytes }: Candidate): boolean {
  const expected = createHmac('sha256', key).update(`${t}.`).update(bytes).digest();
  return expected.byteLength === signature.byteLength && timingSafeEqual(expected, signature);
}

function accepted(
  { body }: RawCallback,
  { settings }: ConnectorCredentials,
  { candidate, generation }: Hit,
  plain: string | undefined,
): Verdict {
  const declared = { scheme: candidate.scheme, ...(plain !== undefined && { payload: plain }) };
  const ours = [settings['organizationId'], settings['merchantId']];
  const foreign = organizationsOf(readSigned(body, declared)).some((name) => !ours.includes(name));
  if (foreign) {
    const detail =
      'The signature is right, but the notification is of another organization than settings.organizationId and merchantId: ' +
      'give that one a connector of its own.';
    return refused('foreign', detail);
  }
  const readings = { payload: candidate.scheme };
  return { ok: true, keyId: generation, algorithm: 'hmac-sha256', readings, declared };
}

function privateKeysOf({ secrets }: ConnectorCredentials): readonly string[] {
  return secrets.flatMap(({ values }) => textOf(values['mlePrivateKey']) ?? []);
}

/** Signed as a whole, it is genuine: the key is missing on our side, and the gateway shall come again. */
function undecryptable(where: string, genuine: boolean): RefusedVerdict {
  const what = genuine
    ? 'The notification is genuine, but its'
    : 'No reading of the notification fits the signature, and its';
  const detail = `${what} encrypted part (${where}) is opened by no mlePrivateKey of the connector: set the key that belongs to the certificate at CyberSource.`;
  return { ...refused('decryption_failed', detail), ...(genuine && { retry: true as const }) };
}

function readingRefused(scheme: PayloadScheme, pinned: string): RefusedVerdict {
  return refused(
    'reading_refused',
    `The signature is right, but by the reading "${scheme}", and /settings/payloadScheme allows only "${pinned}".`,
  );
}

function mismatch(candidates: readonly Candidate[], { t }: FoundHeader, keys: readonly WebhookKey[]): RefusedVerdict {
  const keyIds = keys.map(({ generation }) => generation);
  const tried = candidates.map(
    ({ scheme, bytes }): TriedReading => ({
      reading: `payload is the ${scheme}`,
      textSha256: createHash('sha256').update(`${t}.`).update(bytes).digest('hex'),
      keyIds,
    }),
  );
  const detail =
    'No reading of the notification fits its signature: usual causes are another key under the same id, a proxy that changes ' +
    'the body, or a forged request.';
  return { ...refused('signature_mismatch', detail), tried };
}

function refused(code: RefusalCode, detail: string): RefusedVerdict {
  return { ok: false, code, detail };
}
