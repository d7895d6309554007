import { hkdfSync } from 'node:crypto';

export const ALGORITHM = 'aes-256-gcm';
export const TAG_BYTES = 16;
/** X25519 keys as raw bytes (RFC 7748). */
export const KEY_BYTES = 32;
/** First byte of a sealed request: format, public key of the message, ciphertext, tag. */
export const FORMAT = 1;

/** DER in front of a raw X25519 public key (SubjectPublicKeyInfo, RFC 8410). */
export const PUBLIC_KEY_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

export interface MessageKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

const CIPHER_KEY_BYTES = 32;
const NONCE_BYTES = 12;

/**
 * Key and nonce of one message (HKDF-SHA256, RFC 5869) from what both sides agree on, the public keys of both and the
 * connector: a message opens for no other. A nonce of its own needs no room, as the key is used once.
 */
export function messageKey(
  shared: Uint8Array,
  keys: { readonly message: Uint8Array; readonly recipient: Uint8Array },
  connectorId: string,
): MessageKey {
  const salt = Buffer.concat([keys.message, keys.recipient]);
  const info = `postrider refused requests x25519 v1 ${connectorId}`;
  const made = new Uint8Array(hkdfSync('sha256', shared, salt, info, CIPHER_KEY_BYTES + NONCE_BYTES));
  return { key: made.subarray(0, CIPHER_KEY_BYTES), nonce: made.subarray(CIPHER_KEY_BYTES) };
}
