import type { Finding } from './finding.ts';

const FEWEST = 12;
const MOST = 19;
/** PCI DSS 3.4: the last four may be shown. */
const SHOWN = 4;
/** Digits with at most two of these between (a no-break space is two bytes of UTF-8). */
const CHAIN = /\d(?:[ \t\u00a0\u00c2._/-]{0,2}\d)*/g;

/** Card numbers: 12 to 19 digits with a valid check digit (ISO/IEC 7812-1), separators between groups or not; all but the last four. */
export function cardNumbersIn(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const chain of text.matchAll(CHAIN)) {
    if (chain[0].length < FEWEST) continue;
    const groups = [...chain[0].matchAll(/\d+/g)].map((group) => ({ digits: group[0], at: chain.index + group.index }));
    for (let first = 0; first < groups.length; first++) {
      let digits = '';
      // A number begins and ends with a group: what is part of a longer run of digits is no card number.
      for (const { digits: more, at } of groups.slice(first, first + MOST)) {
        digits += more;
        if (digits.length > MOST) break;
        if (digits.length < FEWEST || !hasCheckDigit(digits)) continue;
        findings.push({ start: groups[first]?.at ?? at, end: endBefore(text, at + more.length) });
      }
    }
  }
  return findings;
}

/** Where the last four digits begin. */
function endBefore(text: string, end: number): number {
  let at = end;
  for (let left = SHOWN; left > 0; at--) if (/\d/.test(text[at - 1] ?? '0')) left--;
  return at;
}

/** Luhn's formula. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
