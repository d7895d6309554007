import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { createHttpClient, type HttpClientDeps } from '#shared/outbound/http-client.ts';

/** The client for gateways' own APIs. `standIn`: `host:port` of the demo's. */
export function createGatewayClient(
  version: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
  standIn: string | undefined,
): OutboundClient {
  const now = () => new Date();
  return createHttpClient({ version, random: Math.random, now, signal, ...loopbackOf(env, standIn) });
}

/**
 * `POSTRIDER_OUTBOUND_LOOPBACK=http` lets requests go to this machine, over plain HTTP: for gateways of one's own in tests.
 * Without it only the demo's stand-in is called.
 */
export function loopbackOf(
  env: NodeJS.ProcessEnv,
  standIn: string | undefined,
): Pick<HttpClientDeps, 'loopback' | 'loopbackHosts'> {
  if (env['POSTRIDER_OUTBOUND_LOOPBACK'] === 'http') return { loopback: 'http' };
  return standIn === undefined ? {} : { loopbackHosts: [standIn] };
}
