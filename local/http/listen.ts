import type { Server } from 'node:http';
import { reasonOf, StartFailure } from '#local/start-failure.ts';

/** The host is to blame and not the port. */
const HOST_CODES = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * Binds the server; answers the port. A port or address that cannot be had is a sentence that ends with what to do:
 * `portCure` where another port would do.
 */
export async function listen(server: Server, host: string, port: number, portCure: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const cure = HOST_CODES.has(error.code ?? '') ? 'give an address of this machine as --host' : portCure;
      reject(new StartFailure(`cannot listen on ${urlHost(host)}:${port}: ${reasonOf(error)}; ${cure}`));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** A host as it stands in a URL: IPv6 addresses in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** How this machine reaches what listens on `host`: every address means loopback too. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '[::1]' : urlHost(host);
}

const POLL_MS = 20;

/**
 * Takes no new connections, lets requests in flight finish, and after `graceMs` cuts what is left (half-sent requests).
 * Idle connections are closed as they become idle.
 */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), POLL_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
