import { createHash } from 'node:crypto';

/** 48 bits of the text's SHA-256: what the indexes of random ids hold (inbox-schema.ts). */
export function idHash(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}
