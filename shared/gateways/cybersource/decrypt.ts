import { createDecipheriv, createPrivateKey, privateDecrypt } from 'node:crypto';
import { decodeUtf8, readJsonObject } from './read-json.ts';
import { isTree, own, type Tree, textOf } from './tree.ts';

/**
 * Where the encrypted part may stand: the guide does not say, and receivers in use look in all of these (the whole body
 * comes first).
 */
const MEMBERS = ['encData', 'encryptedRequest', 'encryptedPayload', 'payload'];

/** JWE compact serialization (RFC 7516, 7.1): five parts in base64url. */
const COMPACT = /^[\w-]{1,2048}\.[\w-]{1,1024}\.[\w-]{1,64}\.[\w-]*\.[\w-]{1,64}$/;
/** RSA-OAEP is what CyberSource's older certificates ask for; nothing else opens anything. */
const OAEP_HASH: ReadonlyMap<unknown, string> = new Map([
  ['RSA-OAEP-256', 'sha256'],
  ['RSA-OAEP', 'sha1'],
]);
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
export function decryptJwe(jwe: string, privateKeys: readonly string[]): string | undefined {
  const parts = jwe.split('.');
  const [protectedHeader = '', encryptedKey = '', iv = '', ciphertext = '', tag = ''] = parts;
  const header = readJsonObject(decodeUtf8(Buffer.from(protectedHeader, 'base64url')))?.tree;
  const hash = OAEP_HASH.get(own(header, 'alg'));
  const critical = own(header, 'crit') !== undefined || own(header, 'zip') !== undefined;
  if (hash === undefined || own(header, 'enc') !== 'A256GCM' || critical || !isTree(header)) return undefined;
  const sealed = {
    ...{ aad: Buffer.from(protectedHeader, 'ascii'), key: Buffer.from(encryptedKey, 'base64url'), hash },
    ...{ iv: Buffer.from(iv, 'base64url'), text: Buffer.from(ciphertext, 'base64url') },
    tag: Buffer.from(tag, 'base64url'),
  };
  if (sealed.iv.byteLength !== 12 || sealed.tag.byteLength !== 16) return undefined;
  for (const pem of [...new Set(privateKeys)].slice(0, MAX_KEYS)) {
    const plain = open(sealed, pem);
    if (plain !== undefined) return decodeUtf8(plain);
  }
  return undefined;
}

interface Sealed {
  readonly aad: Buffer;
  readonly key: Buffer;
  readonly hash: string;
  readonly iv: Buffer;
  readonly text: Buffer;
  readonly tag: Buffer;
}

function open({ aad, key, hash, iv, text, tag }: Sealed, pem: string): Buffer | undefined {
  try {
    const privateKey = createPrivateKey(pem);
    const contentKey = privateDecrypt({ key: privateKey, oaepHash: hash }, key);
    const decipher = createDecipheriv('aes-256-gcm', contentKey, iv, { authTagLength: 16 });
    decipher.setAAD(aad).setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return undefined;
  }
}
