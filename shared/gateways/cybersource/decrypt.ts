import { createPrivateKey } from 'node:crypto';
import { decodeUtf8 } from './read-json.ts';
import { own, type Tree, textOf } from './tree.ts';

/**
 * Where the encrypted part may stand: the guide does not say, and receivers in use look in all of these (the whole body
 * comes first).
 */
const MEMBERS = ['encData', 'encryptedRequest', 'encryptedPayload', 'payload'];

/** JWE compact serialization (RFC 7516, 7.1): five parts in base64url. */
const COMPACT = /^[\w-]{1,2048}\.[\w-]{1,1024}\.[\w-]{1,64}\.[\w-]*\.[\w-]{1,64}$/;
/** RSA-OAEP is what CyberSource's older certificates ask for; nothing else opens anything. */
const ALLOWED = {
  keyManagementAlgorithms: ['RSA-OAEP-256', 'RSA-OAEP'],
  contentEncryptionAlgorithms: ['A256GCM'],
};
/** More keys are not tried: each costs an RSA operation. */
const MAX_KEYS = 4;

/** The encrypted part of a body and where it stood; undefined: nothing is encrypted. */
export function findEncrypted(
  body: string | undefined,
  document: Tree | undefined,
): { readonly where: string; readonly jwe: string } | undefined {
  const whole = body?.trim();
  if (whole !== undefined && COMPACT.test(whole)) return { where: 'body', jwe: whole };
  for (const where of MEMBERS) {
    const jwe = textOf(own(document, where));
    if (jwe !== undefined && COMPACT.test(jwe)) return { where, jwe };
  }
  return undefined;
}

/**
 * Opens message-level encryption: RSA-OAEP(-256) with A256GCM (guide, "Message-Level Encryption"). Encrypting proves nothing,
 * because the certificate is public: the plain text counts only where the signature covers it. Undefined: no key opens it.
 */
export async function decryptJwe(jwe: string, privateKeys: readonly string[]): Promise<string | undefined> {
  // Loaded with the first encrypted callback only.
  const { compactDecrypt } = await import('jose');
  for (const pem of [...new Set(privateKeys)].slice(0, MAX_KEYS)) {
    try {
      const { plaintext } = await compactDecrypt(jwe, createPrivateKey(pem), ALLOWED);
      return decodeUtf8(plaintext);
    } catch {
      // Another key's, or changed on its way: which of the two nobody can tell.
    }
  }
  return undefined;
}
