/** The demo's way to the admin API: over HTTP, like anybody else's. */
export interface AdminClient {
  /** Rejects with the API's own words where the answer is no success. */
  put(path: string, body: object): Promise<Record<string, unknown>>;
  get(path: string): Promise<Record<string, unknown>>;
  remove(path: string): Promise<void>;
}

/** `api`: `…/api/v1`. */
export function createAdminClient(api: string, token: string, signal: AbortSignal): AdminClient {
  async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 500)}`);
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  }
  return {
    put: (path, body) => call('PUT', path, body),
    get: (path) => call('GET', path),
    remove: async (path) => {
      await call('DELETE', path);
    },
  };
}
