import type { OutboundClient, OutboundRequest, OutboundResult } from '#shared/gateways/outbound.ts';
import type {
  CertificateDemand,
  CertificateReading,
  CertificateSource,
  ChainCompletion,
} from '#shared/gateways/signing-certificate.ts';
import { createKeptAnswers, type KeptLimits } from './kept-answers.ts';

/** Failures are told again for a while, so that forged URLs cost one request each time only. */
export interface CertificateCacheLimits extends KeptLimits {
  readonly bytes: number;
  /** A callback does not wait longer; the answer is kept for the next one all the same. */
  readonly waitMs: number;
}

/** The content behind a URL never changes (SNS and PayPal make a new URL with a new certificate): hours are safe. */
export const CERTIFICATE_LIMITS: CertificateCacheLimits = {
  keptMs: 6 * 60 * 60_000,
  failureKeptMs: 30_000,
  urls: 100,
  bytes: 64 * 1_024,
  // On AWS a callback has 4 s in all.
  waitMs: 3_000,
};

/** Issuers that are fetched for one certificate: the one that it lacks, and the one that this one lacks. */
const MAX_ISSUERS = 2;

export interface CertificateCacheDeps {
  readonly http: OutboundClient;
  readonly now: () => Date;
  readonly limits?: CertificateCacheLimits;
  /** How chains are completed, and the client for it. Left out: they are taken as they are served. */
  readonly issuers?: { readonly http: OutboundClient; readonly completion: ChainCompletion };
}

interface Chain {
  readonly reading: CertificateReading;
  /** False: the certificate or one of its issuers could not be had, and is asked for again soon. */
  readonly whole: boolean;
}

/**
 * Fetches the certificates that callbacks name, and the issuers that were not served with them, one request at a time for
 * each URL, and keeps what it found. An issuer that cannot be had leaves the reading as it was. Never rejects. Nothing is
 * judged here but that it is text in PEM of a bearable size.
 */
export function createCertificateCache(deps: CertificateCacheDeps): CertificateSource {
  const { now, limits = CERTIFICATE_LIMITS } = deps;
  const served = createKeptAnswers<CertificateReading>({ now, limits, isGood: ({ ok }) => ok });
  const chains = createKeptAnswers<Chain>({ now, limits, isGood: ({ whole }) => whole });
  const full = unavailable(`More than ${limits.urls} certificates are being fetched at the same time.`);
  const late = unavailable(`The certificate did not come within ${limits.waitMs} ms.`);

  async function chainOf(key: string, demand: CertificateDemand): Promise<Chain> {
    const reading = await (served.get(key, () => fetchCertificate(deps.http, demand, limits.bytes)) ?? full);
    return reading.ok ? completed(deps, reading.pem, limits.bytes) : { reading, whole: false };
  }

  return {
    async get(demand) {
      const key = `${demand.host} ${demand.path}`;
      const chain = chains.get(key, () => chainOf(key, demand));
      if (chain === undefined) return full;
      const come = await waited(chain, limits.waitMs);
      if (come !== undefined) return come.reading;
      // The certificate may be there, and only its issuer late: an operator may have named that one.
      return Promise.race([served.peek(key) ?? late, late]);
    },
  };
}

async function fetchCertificate(
  http: OutboundClient,
  { host, path }: CertificateDemand,
  maxBytes: number,
): Promise<CertificateReading> {
  const result = await sent(http, { method: 'GET', host, path, headers: {}, idempotent: true });
  if (result === undefined) return unavailable('The request for the certificate failed.');
  if (!result.ok && result.code === 'answer_too_large') return malformed(result.detail);
  if (!result.ok) return unavailable(result.detail);
  if (result.status !== 200) return unavailable(`The certificate's host answered ${result.status}.`);
  if (result.body.byteLength > maxBytes) return malformed(`The certificate is larger than ${maxBytes} bytes.`);
  const pem = Buffer.from(result.body).toString('latin1');
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    return malformed('What was served as the certificate is none in PEM (RFC 7468).');
  }
  return { ok: true, pem };
}

/** What cannot be completed stays as far as it came; `judgeCertificate` says what it is worth. */
async function completed({ issuers, now }: CertificateCacheDeps, served: string, maxBytes: number): Promise<Chain> {
  let pem = served;
  for (let fetched = 0; ; fetched++) {
    const demand = issuers?.completion.missing(pem);
    if (issuers === undefined || demand === undefined) return { reading: { ok: true, pem }, whole: true };
    if (fetched === MAX_ISSUERS) return { reading: { ok: true, pem }, whole: false };
    const { host, path, plain } = demand;
    const request = { method: 'GET', host, path, headers: {}, idempotent: true } as const;
    const result = await sent(issuers.http, plain ? { ...request, plain } : request);
    const found = result?.ok === true && result.status === 200 && result.body.byteLength <= maxBytes;
    const longer = found ? issuers.completion.append(pem, result.body, now()) : undefined;
    if (longer === undefined) return { reading: { ok: true, pem }, whole: false };
    pem = longer;
  }
}

/** The client never rejects; should it do so after all, one callback has no certificate. */
async function sent(http: OutboundClient, request: OutboundRequest): Promise<OutboundResult | undefined> {
  try {
    return await http.send(request);
  } catch {
    return undefined;
  }
}

async function waited<T>(answer: Promise<T>, waitMs: number): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, waitMs, undefined);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(detail: string): CertificateReading {
  return { ok: false, code: 'certificate_unavailable', detail };
}

function malformed(detail: string): CertificateReading {
  return { ok: false, code: 'certificate_malformed', detail };
}
