/** Where a request goes, as it was asked for. */
export interface OutboundHost {
  /** Lower case; IPv6 without brackets; numbers that stand for an address (`127.1`) as that address. */
  readonly hostname: string;
  readonly port: number | undefined;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Reads `host` or `host:port`; undefined for anything else: a scheme, a path, credentials, a port beyond 65535 or 0. */
export function readHost(text: string): OutboundHost | undefined {
  if (!HOST.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  const { hostname } = new URL(`http://${text}`);
  const port = /:(\d{1,5})$/.exec(text.replace(/^\[[^\]]*\]/, ''))?.[1];
  if (port !== undefined && Number(port) === 0) return undefined;
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: port === undefined ? undefined : Number(port) };
}
