import { cardNumbersIn } from './card-numbers.ts';
import { ibansIn } from './ibans.ts';
import { namedFieldsIn } from './named-fields.ts';
import { type Reading, readingsOf } from './reading.ts';

export interface Redacted<T> {
  /** As long as it was: a masked character is an asterisk. */
  readonly value: T;
  /** How many places were masked; 0: it is as it was. */
  readonly places: number;
}

const FINDERS = [cardNumbersIn, ibansIn, namedFieldsIn];
const MASK = '*'.charCodeAt(0);

/**
 * Masks numbers of cards and bank accounts, and what is on magnetic stripes and backs of cards, in a text of any format.
 * Rather too much than too little: one number in ten of 12 to 19 digits passes for a card's. What is encrypted, compressed
 * or in base64 is not looked into.
 */
export function redactText(text: string): Redacted<string> {
  const { value, places } = redactBytes(Buffer.from(text, 'utf8'));
  return places === 0 ? { value: text, places } : { value: Buffer.from(value).toString('utf8'), places };
}

export function redactBytes(bytes: Uint8Array): Redacted<Uint8Array> {
  // One character a byte: what is sought is ASCII, whatever the encoding around it.
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const masked = Uint8Array.from(bytes);
  for (const reading of readingsOf(source)) mask(masked, reading);
  return { value: masked, places: placesOf(bytes, masked) };
}

function mask(masked: Uint8Array, { text, starts, ends }: Reading): void {
  for (const { start, end } of FINDERS.flatMap((find) => find(text))) {
    for (let i = start; i < end; i++) {
      // Separators tell how it was written, and nothing else.
      if (/[A-Za-z0-9=^;?%]/.test(text[i] ?? '')) masked.fill(MASK, starts[i], ends[i]);
    }
  }
}

/** Runs that changed, each once. */
function placesOf(before: Uint8Array, after: Uint8Array): number {
  let places = 0;
  let wasChanged = false;
  for (let i = 0; i < before.length; i++) {
    const isChanged = before[i] !== after[i];
    if (isChanged && !wasChanged) places += 1;
    wasChanged = isChanged;
  }
  return places;
}
