/** A setting that holds text; undefined where it is not set, empty or something else. */
export function settingText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
