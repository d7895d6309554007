import type { Supposed } from './variation.ts';

/** More pairs are tried sorted and reversed only. */
const PERMUTED_PAIRS = 5;

type Encoding = (query: string) => string;

/** How a piece of a query may have been written. */
const ENCODINGS: readonly Encoding[] = [
  (query) => query,
  (query) => query.replaceAll('%20', '+'),
  (query) => query.replaceAll('+', '%20'),
  (query) => query.replace(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase()),
  (query) => query.replace(/%[0-9a-f]{2}/gi, (code) => code.toLowerCase()),
  (query) => mapPieces(query, (piece) => piece),
  (query) => mapPieces(query, encodeURIComponent),
  (query) => mapPieces(query, (piece) => encodeURIComponent(piece).replaceAll('%20', '+')),
  (query) =>
    mapPieces(query, (piece) => encodeURIComponent(piece).replace(/%(2F|3A|40|2C|3B|24)/g, decodeURIComponent)),
  (query) => query.replace(/=(?=&|$)/g, ''),
  (query) => query.replace(/(^|&)([^=&]+)(?=&|$)/g, '$1$2='),
];

/** Queries that a proxy may have made this one of: ordered, encoded or completed otherwise. Without one there is nothing to try. */
export function variedQueries(rawQuery: string): readonly Supposed<string>[] {
  if (rawQuery === '') return [];
  const orders = ordersOf(rawQuery.split('&'));
  const supposed = [
    { part: '', what: 'a query was put behind the path' },
    ...orders.flatMap((query, i) =>
      ENCODINGS.map((encode, j) => ({ part: encode(query), what: describe(i > 0, j > 0) })),
    ),
  ];
  const seen = new Set([rawQuery]);
  return supposed.filter(({ part }) => {
    if (seen.has(part) || part.includes('\n')) return false;
    seen.add(part);
    return true;
  });
}

function describe(reordered: boolean, reencoded: boolean): string {
  if (reordered)
    return reencoded ? 'the query was put in another order and encoded anew' : 'the query was put in another order';
  return 'the query was encoded anew';
}

/** The order as it came first. */
function ordersOf(pairs: readonly string[]): readonly string[] {
  if (pairs.length <= PERMUTED_PAIRS) return permutations(pairs).map((order) => order.join('&'));
  const sorted = pairs.toSorted();
  return [pairs, sorted, pairs.toReversed(), sorted.toReversed()].map((order) => order.join('&'));
}

function permutations(items: readonly string[]): readonly (readonly string[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}

/** Names and values decoded, and each written anew. */
function mapPieces(query: string, write: (piece: string) => string): string {
  try {
    return query
      .split('&')
      .map((pair) =>
        pair
          .split('=')
          .map((piece) => write(decodeURIComponent(piece.replaceAll('+', ' '))))
          .join('='),
      )
      .join('&');
  } catch {
    return query;
  }
}
