const GUID = /^\{?([0-9A-Fa-f]{8})-?([0-9A-Fa-f]{4})-?([0-9A-Fa-f]{4})-?([0-9A-Fa-f]{4})-?([0-9A-Fa-f]{12})\}?$/;

/** An id as it is kept: a Guid in lower case without dashes, however this format prints it (wire 5); any other as it is. */
export function plainId(text: string): string {
  const [, ...parts] = GUID.exec(text) ?? [];
  return parts.length === 0 ? text : parts.join('').toLowerCase();
}
