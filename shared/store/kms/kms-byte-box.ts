import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { asked, incomplete } from './kms-request.ts';
import { KMS_LIMIT_MS } from './kms-secret-opener.ts';

export interface KmsByteBoxOptions {
  readonly client: Pick<KMSClient, 'send'>;
  /** ARN of the key of the secrets. */
  readonly keyId: string;
  /** What KMS holds it together with; who may use another context only can open nothing of it. */
  readonly context: Readonly<Record<string, string>>;
  /** For one request with its tries, in milliseconds. @default KMS_LIMIT_MS */
  readonly limitMs?: number;
}

/** At most 4 KB, encrypted by KMS itself. Both reject with KmsTrouble where KMS does not answer in time or may not be asked. */
export function createKmsByteBox({ client, keyId, context, limitMs = KMS_LIMIT_MS }: KmsByteBoxOptions) {
  return {
    async seal(bytes: Uint8Array): Promise<Uint8Array> {
      const encrypt = new EncryptCommand({ KeyId: keyId, Plaintext: bytes, EncryptionContext: { ...context } });
      const answer = await asked('Encrypt', limitMs, (abortSignal) => client.send(encrypt, { abortSignal }));
      if (answer.CiphertextBlob === undefined) throw incomplete('Encrypt');
      return answer.CiphertextBlob;
    },
    async open(sealed: Uint8Array): Promise<Uint8Array> {
      const decrypt = new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: sealed,
        EncryptionContext: { ...context },
      });
      const answer = await asked('Decrypt', limitMs, (abortSignal) => client.send(decrypt, { abortSignal }));
      if (answer.Plaintext === undefined) throw incomplete('Decrypt');
      return answer.Plaintext;
    },
  };
}
