import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ALGORITHM, FORMAT, messageKey, PUBLIC_KEY_HEAD } from './layout.ts';

/** The key that requests are sealed to: who has it can seal and open nothing. */
export interface SealingKey {
  readonly raw: Uint8Array;
  readonly key: KeyObject;
}

/** `raw`: 32 bytes. Throws for anything else. */
export function sealingKeyOf(raw: Uint8Array): SealingKey {
  return { raw, key: createPublicKey({ key: Buffer.concat([PUBLIC_KEY_HEAD, raw]), format: 'der', type: 'spki' }) };
}

/** Seals to a public key: X25519 with a key pair made for this one message, then AES-256-GCM. All of it that `receive` loads. */
export function sealTo(recipient: SealingKey, connectorId: string, bytes: Uint8Array): Uint8Array {
  const pair = generateKeyPairSync('x25519');
  const message = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_KEY_HEAD.byteLength);
  const shared = diffieHellman({ privateKey: pair.privateKey, publicKey: recipient.key });
  const { key, nonce } = messageKey(shared, { message, recipient: recipient.raw }, connectorId);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  return Buffer.concat([Buffer.of(FORMAT), message, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}
