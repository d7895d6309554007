/** `v-c-signature` taken apart (Webhooks Implementation Guide, "Validate the notification"). */
export type SignatureHeader =
  | {
      readonly ok: true;
      /** As received: these characters are signed. */
      readonly t: string;
      /** Unix time in milliseconds. */
      readonly signedAtMs: number;
      readonly keyId: string;
      readonly signature: Buffer;
    }
  | { readonly ok: false; readonly code: 'signature_missing' | 'signature_malformed'; readonly detail: string };

const MAX_LENGTH = 1_024;
const MILLISECONDS = /^\d{10,15}$/;
/** Padding may have been lost on the way; all else is not base64 of 32 bytes. */
const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=?$/;

/**
 * Reads `t=…;keyId=…;sig=…` in any order: name and value are parted by the first `=`, because `sig` ends in padding; quotes,
 * blanks and a last `;` are allowed, a name twice is not.
 */
export function readSignatureHeader(headers: Readonly<Record<string, string>>): SignatureHeader {
  const header = headers['v-c-signature'];
  if (header === undefined || header.trim() === '') {
    return refused('signature_missing', 'There is no v-c-signature header: this is no webhook of CyberSource.');
  }
  if (header.length > MAX_LENGTH) return malformed(`is longer than ${MAX_LENGTH} characters`);
  const parts = new Map<string, string>();
  for (const part of unquoted(header).split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name === '' || parts.has(name)) return malformed('has a part without a name, or a name twice');
    parts.set(name, unquoted(part.slice(equals + 1)));
  }
  const t = parts.get('t') ?? '';
  const keyId = parts.get('keyid') ?? '';
  const signature = parts.get('sig') ?? '';
  if (!MILLISECONDS.test(t)) return malformed('has no t in milliseconds');
  if (keyId === '' || keyId.length > 128) return malformed('has no keyId');
  if (!SHA256_BASE64.test(signature)) return malformed('has no sig that is base64 of 32 bytes');
  return { ok: true, t, signedAtMs: Number(t), keyId, signature: Buffer.from(signature, 'base64') };
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1).trim() : trimmed;
}

function malformed(what: string): SignatureHeader {
  return refused('signature_malformed', `The v-c-signature header ${what}; expected is t=…;keyId=…;sig=….`);
}

function refused(code: 'signature_missing' | 'signature_malformed', detail: string): SignatureHeader {
  return { ok: false, code, detail };
}
