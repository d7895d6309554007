/** A word of a closed list as it came, when it looks like one; anything else of a body stays out of details. */
export function shownWord(value: unknown): string {
  return typeof value === 'string' && /^[\w. -]{1,60}$/.test(value) ? JSON.stringify(value) : 'another value';
}
