/** A word as it came, when it looks like one; anything else of a body stays out of details. */
export function shownWord(text: string): string {
  return isWord(text) ? `"${text}"` : 'another text';
}

/** Nothing that could be the number of a card or an account. */
export function isWord(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.: /-]{0,47}$/.test(text) && !/\d[\d -]{6,}\d/.test(text);
}
