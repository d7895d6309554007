import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A preset dictionary of deflate: what rows of one kind have in common and need not say. Immutable once rows are stored. */
export interface Dictionary {
  /** 1 to 255, one number for one text for ever: the first byte of what is packed with it. */
  readonly version: number;
  readonly text: string;
}

/** First byte of what deflate would not make smaller. */
const PLAIN = 0;

const bytesOf = new WeakMap<Dictionary, Buffer>();

/** One byte that names the dictionary, then raw deflate; never more than one byte longer than the content. */
export function pack(content: Uint8Array | string, dictionary: Dictionary): Uint8Array {
  const plain = typeof content === 'string' ? Buffer.from(content) : content;
  const deflated = deflateRawSync(plain, { dictionary: dictionaryBytes(dictionary) });
  return deflated.length < plain.length ? marked(dictionary.version, deflated) : marked(PLAIN, plain);
}

/**
 * What was packed, whichever of the `known` dictionaries it was packed with.
 * @throws for a dictionary that is not known and for bytes that deflate did not make.
 */
export function unpack(packed: Uint8Array, known: readonly Dictionary[]): Buffer {
  const [version] = packed;
  const content = packed.subarray(1);
  if (version === PLAIN) return Buffer.from(content);
  const dictionary = known.find((one) => one.version === version);
  if (dictionary === undefined) {
    const versions = known.map((one) => one.version).join(', ');
    throw new Error(
      `Packed with dictionary ${version}; this release knows ${versions}: deploy the release that wrote it.`,
    );
  }
  return inflateRawSync(content, { dictionary: dictionaryBytes(dictionary) });
}

function marked(version: number, content: Uint8Array): Uint8Array {
  const packed = new Uint8Array(1 + content.length);
  packed[0] = version;
  packed.set(content, 1);
  return packed;
}

function dictionaryBytes(dictionary: Dictionary): Buffer {
  const made = bytesOf.get(dictionary);
  if (made !== undefined) return made;
  const bytes = Buffer.from(dictionary.text);
  bytesOf.set(dictionary, bytes);
  return bytes;
}
