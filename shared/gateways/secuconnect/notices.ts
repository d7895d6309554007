/** A word of a closed list as it came, when it looks like one; anything else of a body stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_. -]{1,40}$/.test(value) ? `"${value}"` : 'another value';
}
