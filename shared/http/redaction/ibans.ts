import type { Finding } from './finding.ts';

/** ISO 13616: country, two check digits, and up to 30 letters and digits, often in groups of four. */
const CANDIDATE = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \t\u00a0\u00c2.-]{0,2}[A-Za-z0-9]){11,30}/g;
/** Norway's; the longest has 34. */
const SHORTEST = 15;
const COUNTRY = 2;
const SHOWN = 4;

/** Account numbers by their checksum, with what may follow them left out; all but the country and the last four. */
export function ibansIn(text: string): readonly Finding[] {
  return [...text.matchAll(CANDIDATE)].flatMap((found) => {
    const places = [...found[0]].flatMap((character, i) => (/[A-Za-z0-9]/.test(character) ? [i] : []));
    const letters = places
      .map((i) => found[0][i] ?? '')
      .join('')
      .toUpperCase();
    const fitting = lengthsOf(letters.length).filter((length) => remainder(letters.slice(0, length)) === 1);
    // What ends with a word is the number; what follows it may fit by chance.
    const endsWord = (length: number) => places[length] !== (places[length - 1] ?? 0) + 1;
    const length = fitting.find(endsWord) ?? fitting[0];
    if (length === undefined) return [];
    return [{ start: found.index + COUNTRY, end: found.index + (places[length - SHOWN] ?? 0) }];
  });
}

/** Longest first. */
function lengthsOf(most: number): readonly number[] {
  return Array.from({ length: Math.max(0, most - SHORTEST + 1) }, (_, i) => most - i);
}

/** Of the number that the rearranged letters and digits make, divided by 97 (ISO 7064, MOD 97-10). */
function remainder(iban: string): number {
  let rest = 0;
  for (const character of `${iban.slice(4)}${iban.slice(0, 4)}`) {
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest;
}
