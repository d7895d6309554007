/** How bytes are written as text. */
export type ByteEncoding = 'hex' | 'base64' | 'base64url';

const FORMS: Readonly<Record<ByteEncoding, RegExp>> = {
  hex: /^(?:[0-9A-Fa-f]{2})+$/,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  base64url: /^[A-Za-z0-9_-]+={0,2}$/,
};

/**
 * The bytes of a text in exactly this encoding; undefined for any other. Padding of base64 may be missing, but not be wrong,
 * and no bit may be spare: one signature has one form.
 */
export function decodeBytes(text: string, encoding: ByteEncoding): Buffer | undefined {
  if (!FORMS[encoding].test(text)) return undefined;
  const bytes = Buffer.from(text, encoding);
  if (encoding === 'hex') return bytes;
  const unpadded = bytes.toString(encoding).replace(/=+$/, '');
  const padded = unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, '=');
  return text === unpadded || text === padded ? bytes : undefined;
}
