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

/**
 * Seals connectors' secrets with AES-256-GCM under the key in this file: 32 bytes, mode 0600, made where it is missing.
 * Whoever loses the file has lost the secrets; whoever has it and the database has them.
 * @throws PrivateFileError where others can read the file or it holds no key.
 */
export function openKeyFile(path: string, random: (bytes: number) => Buffer = randomBytes): SecretBox {
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
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(boundTo(connectorId));
      const text = Buffer.from(JSON.stringify(values));
      const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },

    async open(connectorId, sealed) {
      const [, nonce = '', rest = ''] = SEALED.exec(sealed) ?? [];
      const bytes = Buffer.from(rest, 'base64url');
      if (bytes.byteLength < TAG_BYTES || bytes.toString('base64url') !== rest) throw unopened(connectorId);
      const end = bytes.byteLength - TAG_BYTES;
      const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES })
        .setAAD(boundTo(connectorId))
        .setAuthTag(bytes.subarray(end));
      let text: string;
      try {
        text = Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]).toString('utf8');
      } catch {
        throw unopened(connectorId);
      }
      return JSON.parse(text) as Record<string, string>;
    },
  };
}

function makeKey(path: string, key: Buffer): Buffer {
  makePrivateFile(path, key);
  return key;
}

function boundTo(connectorId: string): Buffer {
  return Buffer.from(`postrider secrets v1 ${connectorId}`);
}

function unopened(connectorId: string): Error {
  return new Error(
    `The sealed secret of connector ${connectorId} cannot be opened: it was changed, belongs to another connector, or was sealed under another key file. Register the connector's secrets again.`,
  );
}
