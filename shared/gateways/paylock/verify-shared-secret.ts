import { createHash, timingSafeEqual } from 'node:crypto';
import type { ConnectorCredentials, RawCallback, RefusedVerdict } from '../gateway.ts';
import { decodeBytes } from './encoded-bytes.ts';
import { headerOf } from './header-of.ts';
import type { SigningKey } from './signing.ts';

type Settings = ConnectorCredentials['settings'];
type Found = { readonly ok: true; readonly keyId: string; readonly algorithm: string } | RefusedVerdict;

/** A shared token in a header, as it is or behind a prefix (`Bearer `). It proves the sender, not the body. */
export function verifyToken({ headers }: RawCallback, settings: Settings, keys: readonly SigningKey[]): Found {
  const { signatureHeader, prefix } = settings;
  if (typeof signatureHeader !== 'string' || signatureHeader === '') {
    return refused(
      'reading_refused',
      'Nothing can be verified: /settings/signatureHeader must name the token’s header.',
    );
  }
  if (keys.length === 0) return refused('secret_missing', 'The connector has no token: set /secrets/keys.');
  const value = headerOf(headers, signatureHeader);
  const before = typeof prefix === 'string' ? prefix : '';
  if (value === '') return refused('signature_missing', `There is no header ${signatureHeader} with a token.`);
  if (!value.startsWith(before)) {
    return refused('signature_malformed', `The header ${signatureHeader} does not begin as /settings/prefix says.`);
  }
  return heldAgainst(value.slice(before.length), keys, 'token');
}

/** HTTP Basic: the user of the settings, with any key as the password. */
export function verifyBasic({ headers }: RawCallback, settings: Settings, keys: readonly SigningKey[]): Found {
  const { callbackUser } = settings;
  if (typeof callbackUser !== 'string' || callbackUser === '') {
    return refused('reading_refused', 'Nothing can be verified: /settings/callbackUser is not set.');
  }
  if (keys.length === 0) return refused('secret_missing', 'The connector has no password: set /secrets/keys.');
  const header = headerOf(headers, 'authorization');
  if (header === '') return refused('signature_missing', 'There is no header Authorization.');
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(header) ?? [];
  const given = decodeBytes(encoded, 'base64');
  const colon = given?.indexOf(':') ?? -1;
  if (given === undefined || colon < 0) {
    return refused('signature_malformed', 'Authorization does not hold one pair of Basic credentials.');
  }
  // Both halves are compared, whatever the first says.
  const isUser = isSame(given.subarray(0, colon), Buffer.from(callbackUser));
  const found = heldAgainst(given.subarray(colon + 1), keys, 'basic');
  return isUser ? found : MISMATCH;
}

const MISMATCH = refused('signature_mismatch', 'No user and key of the connector are these: /secrets/keys, or forged.');

function heldAgainst(given: string | Uint8Array, keys: readonly SigningKey[], algorithm: string): Found {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  const key = keys.find((one) => isSame(bytes, one.bytes));
  return key === undefined ? MISMATCH : { ok: true, keyId: key.keyId, algorithm };
}

/** In constant time; the digests have one length, so that nothing is learned from unequal ones. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function refused(code: RefusedVerdict['code'], detail: string): RefusedVerdict {
  return { ok: false, code, detail };
}
