import { createDecipheriv, createPrivateKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { ALGORITHM, FORMAT, KEY_BYTES, messageKey, PUBLIC_KEY_HEAD, TAG_BYTES } from './layout.ts';
import { sealingKeyOf } from './seal.ts';

/** DER in front of a raw X25519 private key (PrivateKeyInfo, RFC 8410). */
const PRIVATE_KEY_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The request cannot be opened by anybody's waiting: it was changed, or is another connector's. */
export class RequestNotOpened extends Error {
  override readonly name = 'RequestNotOpened';
  readonly code = 'request_not_opened';

  constructor(connectorId: string) {
    super(
      `A kept request of connector ${connectorId} cannot be opened: it was changed or belongs to another connector.`,
    );
  }
}

export interface KeyPair {
  /** 32 bytes each. */
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export function makeKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_KEY_HEAD.byteLength),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PRIVATE_KEY_HEAD.byteLength),
  };
}

/** @throws RequestNotOpened */
export function openSealed(pair: KeyPair, connectorId: string, sealed: Uint8Array): Uint8Array {
  const messageAt = 1;
  const start = messageAt + KEY_BYTES;
  const end = sealed.byteLength - TAG_BYTES;
  if (sealed[0] !== FORMAT || end < start) throw new RequestNotOpened(connectorId);
  const message = sealed.subarray(messageAt, start);
  try {
    const privateKey = createPrivateKey({
      key: Buffer.concat([PRIVATE_KEY_HEAD, pair.privateKey]),
      format: 'der',
      type: 'pkcs8',
    });
    const shared = diffieHellman({ privateKey, publicKey: sealingKeyOf(message).key });
    const { key, nonce } = messageKey(shared, { message, recipient: pair.publicKey }, connectorId);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(start, end)), decipher.final()]);
  } catch {
    throw new RequestNotOpened(connectorId);
  }
}
