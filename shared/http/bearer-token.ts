/** The token of an Authorization header; undefined where it is no bearer token (RFC 6750). */
export function bearerTokenOf(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header ?? '')?.[1];
}
