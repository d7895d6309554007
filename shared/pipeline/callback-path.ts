/** Connector ids and capability tokens (interfaces.md). */
const ID = /^[A-Za-z0-9._~-]{1,64}$/;

/** What a callback path names: `{basePath}/callbacks/{connectorId}[/{token}][/]`. */
export interface CallbackAddress {
  readonly connectorId: string;
  /** The second segment: a capability token, only where a gateway does not sign. */
  readonly token?: string;
}

/**
 * Reads a raw path; undefined where it is no callback URL of ours: another shape, an id outside the alphabet, a broken
 * percent-encoding. `basePath` is the path of the public URL ('' for none): a proxy may or may not have taken it away.
 */
export function readCallbackPath(path: string, basePath: string): CallbackAddress | undefined {
  const own = basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  if (!own.startsWith('/callbacks/')) return undefined;
  const segments = own.slice('/callbacks/'.length).split('/');
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  if (segments.length > 2) return undefined;
  const decoded = segments.map(decodeSegment);
  const [connectorId, token] = decoded;
  if (connectorId === undefined || decoded.includes(undefined)) return undefined;
  return token === undefined ? { connectorId } : { connectorId, token };
}

function decodeSegment(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment);
    return ID.test(text) && text !== '.' && text !== '..' ? text : undefined;
  } catch {
    return undefined;
  }
}
