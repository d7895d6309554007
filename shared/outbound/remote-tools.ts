import type { RemoteTools } from '#shared/gateways/gateway.ts';
import type { ChainCompletion } from '#shared/gateways/signing-certificate.ts';
import { CERTIFICATE_LIMITS, createCertificateCache } from './certificate-cache.ts';
import { createHttpClient, type HttpClientDeps, OUTBOUND_LIMITS } from './http-client.ts';

/** A certificate is small, and a gateway waits for its answer: one try within 3 s. */
const LIMITS = { ...OUTBOUND_LIMITS, connectMs: 2_000, attemptMs: 3_000, totalMs: 3_000, attempts: 1 };
/** An issuer's certificate comes after it, from the authority's own host. */
const ISSUER_LIMITS = {
  ...LIMITS,
  ...{ connectMs: 1_500, attemptMs: 2_000, totalMs: 2_000, answerBytes: CERTIFICATE_LIMITS.bytes },
};

export interface RemoteToolsDeps extends Omit<HttpClientDeps, 'limits'> {
  readonly completion: ChainCompletion;
}

/** What reaches beyond this machine before an answer; one a process, so that certificates are fetched once. */
export function createRemoteTools({ completion, ...deps }: RemoteToolsDeps): RemoteTools {
  const http = createHttpClient({ ...deps, limits: LIMITS });
  const issuers = { http: createHttpClient({ ...deps, limits: ISSUER_LIMITS }), completion };
  return { http, now: deps.now, certificates: createCertificateCache({ http, now: deps.now, issuers }) };
}
