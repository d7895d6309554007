import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { createHttpClient } from '#shared/outbound/http-client.ts';

/**
 * The client for gateways' own APIs. `POSTRIDER_OUTBOUND_LOOPBACK=http` lets it call this machine, over plain HTTP: for
 * tests with a gateway of one's own.
 */
export function createGatewayClient(version: string, signal: AbortSignal, env: NodeJS.ProcessEnv): OutboundClient {
  const loopback = env['POSTRIDER_OUTBOUND_LOOPBACK'] === 'http' ? { loopback: 'http' as const } : {};
  return createHttpClient({ version, random: Math.random, now: () => new Date(), signal, ...loopback });
}
