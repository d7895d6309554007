/** NIST SP 800-38D 8.2: 96 bits. */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const DATA_KEY_BYTES = 32;
export const ALGORITHM = 'aes-256-gcm';

/** What KMS and GCM hold together, so that one connector's text opens for no other. */
export function contextOf(connectorId: string): Readonly<Record<string, string>> {
  return { connectorId };
}

export function boundTo(connectorId: string): Buffer {
  return Buffer.from(`postrider secrets kms1 ${connectorId}`);
}

/** The parts of a sealed secret: the data key as KMS encrypted it, and the values under that data key. */
export interface SealedParts {
  readonly encryptedKey: Uint8Array;
  readonly nonce: Uint8Array;
  /** With the tag at its end. */
  readonly ciphertext: Uint8Array;
}

/** `kms1.<encrypted data key>.<nonce>.<ciphertext and tag>`, each base64url; another layout gets another first word. */
export function writeSealed({ encryptedKey, nonce, ciphertext }: SealedParts): string {
  return ['kms1', ...[encryptedKey, nonce, ciphertext].map(base64url)].join('.');
}

/** Undefined for anything that `writeSealed` cannot have written. */
export function readSealed(sealed: string): SealedParts | undefined {
  const [format, ...texts] = sealed.split('.');
  const [encryptedKey, nonce, ciphertext, more] = texts.map((text) => Buffer.from(text, 'base64url'));
  if (format !== 'kms1' || !encryptedKey || !nonce || !ciphertext || more) return undefined;
  const canonical = [encryptedKey, nonce, ciphertext].every((bytes, i) => base64url(bytes) === texts[i]);
  const fits = encryptedKey.byteLength > 0 && nonce.byteLength === NONCE_BYTES && ciphertext.byteLength >= TAG_BYTES;
  return canonical && fits ? { encryptedKey, nonce, ciphertext } : undefined;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
