import fc from 'fast-check';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import type { SampledCallback } from './sampled-gateways.ts';

const NASTY = [
  '__proto__',
  'constructor',
  '../..',
  '\u0000',
  '\ud800',
  '1e999',
  '-0',
  'a'.repeat(5_000),
  '<!DOCTYPE a>',
];

/** Values that a field of a body should not have. */
const oddValue = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom<unknown>(...NASTY, 2 ** 60, -1, {}, [[]]));

/** Bytes that may come instead of a body: any, cut ones, changed ones, JSON with a field of another kind. */
export function oddBody(samples: readonly SampledCallback[]): fc.Arbitrary<Uint8Array> {
  const body = fc.constantFrom(...samples.flatMap(({ callback, answerBodies }) => [callback.body, ...answerBodies]));
  return fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.tuple(body, fc.nat()).map(([bytes, n]) => bytes.slice(0, n % (bytes.length + 1))),
    fc.tuple(body, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([bytes, n, byte]) => withByte(bytes, n, byte)),
    fc.tuple(body, fc.nat(), oddValue).map(([bytes, n, value]) => withLeaf(bytes, n, value)),
    fc
      .constantFrom('{', '[', '"', '{"a":', '<a>', 'a=b&'.repeat(500), '['.repeat(5_000))
      .map((text) => Buffer.from(text)),
  );
}

/** Requests that are a sample's with anything in the place of its parts. */
export function oddCallback(samples: readonly SampledCallback[]): fc.Arbitrary<RawCallback> {
  const headerText = fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom(...NASTY));
  return fc
    .tuple(
      fc.constantFrom(...samples),
      oddBody(samples),
      fc.array(fc.tuple(fc.nat(), headerText), { maxLength: 3 }),
      fc.nat(),
    )
    .map(([{ callback }, body, changes, n]) => {
      const names = Object.keys(callback.headers);
      const headers = { ...callback.headers };
      for (const [at, text] of changes) headers[names[at % Math.max(1, names.length)] ?? 'x'] = text;
      const dropped = n % 7 === 0 ? {} : headers;
      return { ...callback, headers: dropped, ...(n % 3 === 0 ? {} : { body }) };
    });
}

/** Declared parts as they should not be; `askedAt` alone is always written by us. */
export const oddDeclared: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom('as', 'id', 'parent', 'settles', 'date', 'keyId', 'type', '__proto__', 'payload'),
      fc.oneof(fc.string({ maxLength: 60 }), fc.constantFrom(...NASTY)),
      { maxKeys: 5 },
    ),
    fc.constantFrom({}, { askedAt: '2026-07-21T12:00:00.000Z' }),
  )
  .map(([odd, ours]) => ({ ...odd, ...ours }));

/** Every text, number or boolean of a JSON document by its place; undefined: it is none. */
export function leavesOf(bytes: Uint8Array): readonly (readonly (string | number)[])[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const found: (string | number)[][] = [];
  const open: { readonly value: unknown; readonly path: (string | number)[] }[] = [{ value: document, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) found.push(path);
    else for (const [key, child] of Object.entries(value)) open.push({ value: child, path: [...path, key] });
  }
  return found;
}

/** The document with another value at that place. */
export function replaced(bytes: Uint8Array, path: readonly (string | number)[], value: unknown): Uint8Array {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const put = (at: unknown, rest: readonly (string | number)[]): unknown => {
    const [key, ...deeper] = rest;
    if (key === undefined) return value;
    if (Array.isArray(at)) return at.map((child, i) => (String(i) === String(key) ? put(child, deeper) : child));
    const entries = Object.entries(Object(at)).map(([name, child]) => [
      name,
      name === key ? put(child, deeper) : child,
    ]);
    return Object.fromEntries(entries);
  };
  return Buffer.from(JSON.stringify(put(document, path)));
}

function withLeaf(bytes: Uint8Array, n: number, value: unknown): Uint8Array {
  const leaves = leavesOf(bytes) ?? [];
  const leaf = leaves[n % Math.max(1, leaves.length)];
  return leaf === undefined ? bytes : replaced(bytes, leaf, value);
}

function withByte(bytes: Uint8Array, n: number, byte: number): Uint8Array {
  return bytes.map((old, at) => (at === n % Math.max(1, bytes.length) ? byte : old));
}
