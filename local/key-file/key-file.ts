import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretBox } from '#shared/registry/records.ts';
import { makePrivateFile, PrivateFileError, readPrivateFile } from './private-file.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D 8.2: 96 bits. Random ones are good for 2^32 seals under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** `v1.<nonce>.<ciphertext and tag>`, both base64url. */
const SEALED = /^v1\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)$/;

/** First byte of a sealed request; nonce, ciphertext and tag follow. */
const REQUEST_FORMAT = Buffer.of(1);

/** Seals the requests of refused callbacks under the same key, bound to their connector and apart from its secrets. */
export interface RequestBox {
  seal(connectorId: string, bytes: Uint8Array): Uint8Array;
  /** @throws where the bytes were changed, belong to another connector or were sealed under another key. */
  open(connectorId: string, sealed: Uint8Array): Uint8Array;
}

export interface KeyFile extends SecretBox {
  readonly requests: RequestBox;
}

/**
 * Seals connectors' secrets with AES-256-GCM under the key in this file: 32 bytes, mode 0600, made where it is missing.
 * Whoever loses the file has lost the secrets; whoever has it and the database has them.
 * @throws PrivateFileError where others can read the file or it holds no key.
 */
export function openKeyFile(path: string, random: (bytes: number) => Buffer = randomBytes): KeyFile {
  const key = readPrivateFile(path) ?? makeKey(path, random(KEY_BYTES));
  if (key.byteLength !== KEY_BYTES) {
    throw new PrivateFileError(
      'wrong_content',
      `${path} holds ${key.byteLength} bytes, not a key of ${KEY_BYTES}. Put the key file back from the backup; without it the connectors' secrets have to be registered again.`,
    );
  }
  return {
    async seal(connectorId, values) {
      const nonce = random(NONCE_BYTES);
      const sealed = encrypt(key, nonce, boundTo(connectorId), Buffer.from(JSON.stringify(values)));
      return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },

    async open(connectorId, sealed) {
      const [, nonce = '', rest = ''] = SEALED.exec(sealed) ?? [];
      const bytes = Buffer.from(rest, 'base64url');
      const text =
        bytes.toString('base64url') === rest
          ? decrypt(key, Buffer.from(nonce, 'base64url'), boundTo(connectorId), bytes)
          : undefined;
      if (text === undefined) throw unopened(connectorId);
      return JSON.parse(text.toString('utf8')) as Record<string, string>;
    },

    requests: {
      seal(connectorId, bytes) {
        const nonce = random(NONCE_BYTES);
        return Buffer.concat([REQUEST_FORMAT, nonce, encrypt(key, nonce, requestBoundTo(connectorId), bytes)]);
      },

      open(connectorId, sealed) {
        const start = REQUEST_FORMAT.byteLength + NONCE_BYTES;
        const known = REQUEST_FORMAT.equals(sealed.subarray(0, REQUEST_FORMAT.byteLength));
        const nonce = sealed.subarray(REQUEST_FORMAT.byteLength, start);
        const opened = known ? decrypt(key, nonce, requestBoundTo(connectorId), sealed.subarray(start)) : undefined;
        if (opened === undefined) {
          throw new Error(
            `A kept request of connector ${connectorId} cannot be opened: it was changed, belongs to another connector, or was sealed under another key file.`,
          );
        }
        return opened;
      },
    },
  };
}

/** Ciphertext with the tag at its end. */
function encrypt(key: Buffer, nonce: Buffer, aad: Buffer, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined for anything that `encrypt` did not make with the same key, nonce and AAD. */
function decrypt(key: Buffer, nonce: Uint8Array, aad: Buffer, sealed: Uint8Array): Buffer | undefined {
  const end = sealed.byteLength - TAG_BYTES;
  if (end < 0 || nonce.byteLength !== NONCE_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(aad)
    .setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function makeKey(path: string, key: Buffer): Buffer {
  makePrivateFile(path, key);
  return key;
}

function boundTo(connectorId: string): Buffer {
  return Buffer.from(`postrider secrets v1 ${connectorId}`);
}

function requestBoundTo(connectorId: string): Buffer {
  return Buffer.from(`postrider refused requests v1 ${connectorId}`);
}

function unopened(connectorId: string): Error {
  return new Error(
    `The sealed secret of connector ${connectorId} cannot be opened: it was changed, belongs to another connector, or was sealed under another key file. Register the connector's secrets again.`,
  );
}
