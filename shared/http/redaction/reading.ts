/** A text as it may be read, each character with where it stands in the source. */
export interface Reading {
  readonly text: string;
  /** Of character i: from `starts[i]` to before `ends[i]`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/**
 * All the ways in which a body may hide a number behind an encoding: as it stands, percent-encoded (forms), escaped (JSON,
 * XML), and escaped inside percent-encoded. What is found in any of them is found.
 */
export function readingsOf(source: string): readonly Reading[] {
  const plain = plainReading(source);
  const formed = source.includes('%') || source.includes('+') ? decoded(plain, PERCENT, ofPercent) : undefined;
  const readings = formed === undefined ? [plain] : [plain, formed];
  return readings.flatMap((reading) =>
    /[\\&]/.test(reading.text) ? [reading, decoded(reading, ESCAPE, ofEscape)] : [reading],
  );
}

function plainReading(text: string): Reading {
  const starts = Uint32Array.from({ length: text.length }, (_, i) => i);
  return { text, starts, ends: starts.map((start) => start + 1) };
}

const PERCENT = /%([0-9A-Fa-f]{2})|\+/g;
const ESCAPE = /\\u([0-9A-Fa-f]{4})|&#x([0-9A-Fa-f]{1,6});|&#(\d{1,7});|\\(["/\\nrtbf])|&(quot|apos|lt|gt|amp);/g;

const ofPercent = ([, hex]: RegExpExecArray) => (hex === undefined ? ' ' : character(hex, 16));

const NAMED: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
const SPACES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' };

function ofEscape([, unit, hex, decimal, short, name]: RegExpExecArray): string {
  if (short !== undefined) return SPACES[short] ?? short;
  if (name !== undefined) return NAMED[name] ?? ' ';
  return decimal === undefined ? character(unit ?? hex ?? '', 16) : character(decimal, 10);
}

/** Always one unit: what is sought lies below U+0100. */
function character(digits: string, radix: number): string {
  return String.fromCharCode(Number.parseInt(digits, radix));
}

/** What `pattern` finds is one character, the rest stays. */
function decoded(from: Reading, pattern: RegExp, characterOf: (found: RegExpExecArray) => string): Reading {
  const parts: string[] = [];
  const starts = new Uint32Array(from.text.length);
  const ends = new Uint32Array(from.text.length);
  let [length, next] = [0, 0];
  const keepUntil = (end: number): void => {
    parts.push(from.text.slice(next, end));
    starts.set(from.starts.subarray(next, end), length);
    ends.set(from.ends.subarray(next, end), length);
    length += end - next;
  };
  for (const found of from.text.matchAll(pattern)) {
    keepUntil(found.index);
    next = found.index + found[0].length;
    parts.push(characterOf(found));
    starts[length] = from.starts[found.index] ?? 0;
    ends[length] = from.ends[next - 1] ?? 0;
    length += 1;
  }
  keepUntil(from.text.length);
  return { text: parts.join(''), starts: starts.subarray(0, length), ends: ends.subarray(0, length) };
}
