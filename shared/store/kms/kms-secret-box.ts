import { createCipheriv } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { SecretBox } from '#shared/registry/records.ts';
import { asked, incomplete } from './kms-request.ts';
import { createKmsSecretOpener, type DecryptDataKey, KMS_LIMIT_MS } from './kms-secret-opener.ts';
import { ALGORITHM, boundTo, contextOf, NONCE_BYTES, writeSealed } from './sealed-text.ts';

export interface KmsSecretBoxOptions {
  readonly client: Pick<KMSClient, 'send'>;
  /** ARN of the key of the secrets, or its alias. */
  readonly keyId: string;
  /** That many random bytes. */
  readonly randomBytes: (bytes: number) => Uint8Array;
  /** For one request with its tries, in milliseconds. @default KMS_LIMIT_MS */
  readonly limitMs?: number;
}

/**
 * Envelope encryption: each secret under a data key of its own (AES-256-GCM), the data key encrypted by KMS with the
 * context {connectorId}, so that KMS itself refuses it for another connector and CloudTrail shows whose it was.
 * Both rejects with KmsTrouble where KMS does not answer within the limit or may not be asked.
 */
export function createKmsSecretBox(options: KmsSecretBoxOptions): SecretBox {
  const { client, keyId, randomBytes, limitMs = KMS_LIMIT_MS } = options;
  return {
    ...createKmsSecretOpener({ decrypt: decryptWith(client, limitMs) }),
    async seal(connectorId, values) {
      const generate = new GenerateDataKeyCommand({
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: contextOf(connectorId),
      });
      const made = await asked('GenerateDataKey', limitMs, (abortSignal) => client.send(generate, { abortSignal }));
      const { Plaintext: key, CiphertextBlob: encryptedKey } = made;
      if (key === undefined || encryptedKey === undefined) throw incomplete('GenerateDataKey');
      try {
        const nonce = randomBytes(NONCE_BYTES);
        const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(boundTo(connectorId));
        const text = Buffer.from(JSON.stringify(values));
        const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
        return writeSealed({ encryptedKey, nonce, ciphertext });
      } finally {
        key.fill(0);
      }
    },
  };
}

function decryptWith(client: Pick<KMSClient, 'send'>, limitMs: number): DecryptDataKey {
  return async (encryptedKey, context) => {
    const decrypt = new DecryptCommand({ CiphertextBlob: encryptedKey, EncryptionContext: context });
    const { Plaintext } = await asked('Decrypt', limitMs, (abortSignal) => client.send(decrypt, { abortSignal }));
    if (Plaintext === undefined) throw incomplete('Decrypt');
    return Plaintext;
  };
}
