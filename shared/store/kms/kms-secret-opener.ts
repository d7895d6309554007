import { createDecipheriv } from 'node:crypto';
import type { SecretBox } from '#shared/registry/records.ts';
import { KmsTrouble } from './kms-trouble.ts';
import { ALGORITHM, boundTo, contextOf, DATA_KEY_BYTES, readSealed, TAG_BYTES } from './sealed-text.ts';

/**
 * Asks KMS for the data key that it encrypted with this context. Answers or rejects with a {@link KmsTrouble} within
 * {@link KMS_LIMIT_MS}.
 */
export type DecryptDataKey = (
  encryptedKey: Uint8Array,
  context: Readonly<Record<string, string>>,
) => Promise<Uint8Array>;

/** For all tries together: a cold connector then has its 503 within 3 s of a KMS that is down. */
export const KMS_LIMIT_MS = 2_500;

/** The secret itself cannot be opened by anybody's waiting: it was changed, or is another connector's. */
export class SecretNotOpened extends Error {
  override readonly name = 'SecretNotOpened';
  readonly code = 'secret_not_opened';
  readonly connectorId: string;

  constructor(connectorId: string) {
    super(
      `The sealed secret of connector ${connectorId} cannot be opened: it was changed, belongs to another connector, or was sealed elsewhere. Register the connector's secrets again.`,
    );
    this.connectorId = connectorId;
  }
}

/**
 * Opens what the KMS secret box sealed; all of it that `receive` loads. Keeps no key: what was opened is remembered by
 * the secret reader.
 * @throws SecretNotOpened, or KmsTrouble where KMS did not answer or may not be asked.
 */
export function createKmsSecretOpener({ decrypt }: { readonly decrypt: DecryptDataKey }): Pick<SecretBox, 'open'> {
  return {
    async open(connectorId, sealed) {
      const parts = readSealed(sealed);
      if (parts === undefined) throw new SecretNotOpened(connectorId);
      const key = await dataKey(decrypt, connectorId, parts.encryptedKey);
      const end = parts.ciphertext.byteLength - TAG_BYTES;
      try {
        const decipher = createDecipheriv(ALGORITHM, key, parts.nonce, { authTagLength: TAG_BYTES })
          .setAAD(boundTo(connectorId))
          .setAuthTag(parts.ciphertext.subarray(end));
        const text = Buffer.concat([decipher.update(parts.ciphertext.subarray(0, end)), decipher.final()]);
        return JSON.parse(text.toString('utf8')) as Readonly<Record<string, string>>;
      } catch {
        // Without its cause: the error of a JSON parser quotes what it was given.
        throw new SecretNotOpened(connectorId);
      } finally {
        key.fill(0);
      }
    },
  };
}

async function dataKey(decrypt: DecryptDataKey, connectorId: string, encryptedKey: Uint8Array): Promise<Uint8Array> {
  let key: Uint8Array;
  try {
    key = await decrypt(encryptedKey, contextOf(connectorId));
  } catch (error) {
    if (error instanceof KmsTrouble && error.code === 'wrong_text') throw new SecretNotOpened(connectorId);
    throw error;
  }
  if (key.byteLength !== DATA_KEY_BYTES) throw new SecretNotOpened(connectorId);
  return key;
}
