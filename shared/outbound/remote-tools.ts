import type { RemoteTools } from '#shared/gateways/gateway.ts';
import { createCertificateCache } from './certificate-cache.ts';
import { createHttpClient, type HttpClientDeps, OUTBOUND_LIMITS } from './http-client.ts';

/** A certificate is small, and a gateway waits for its answer: one try within 3 s. */
const LIMITS = { ...OUTBOUND_LIMITS, connectMs: 2_000, attemptMs: 3_000, totalMs: 3_000, attempts: 1 };

/** What reaches beyond this machine before an answer; one a process, so that certificates are fetched once. */
export function createRemoteTools(deps: Omit<HttpClientDeps, 'limits'>): RemoteTools {
  const http = createHttpClient({ ...deps, limits: LIMITS });
  return { http, now: deps.now, certificates: createCertificateCache({ http, now: deps.now }) };
}
