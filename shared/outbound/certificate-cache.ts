import type { OutboundClient, OutboundResult } from '#shared/gateways/outbound.ts';
import type { CertificateDemand, CertificateReading, CertificateSource } from '#shared/gateways/signing-certificate.ts';

export interface CertificateCacheLimits {
  readonly keptMs: number;
  /** A failure is told again for so long, so that forged URLs cost one request each time only. */
  readonly failureKeptMs: number;
  readonly urls: number;
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
  waitMs: 5_000,
};

export interface CertificateCacheDeps {
  readonly http: OutboundClient;
  readonly now: () => Date;
  readonly limits?: CertificateCacheLimits;
}

interface Entry {
  readonly reading: Promise<CertificateReading>;
  /** Undefined: under way. */
  done?: { readonly ok: boolean; readonly at: number };
}

/**
 * Fetches the certificates that callbacks name, one request at a time for each URL, and keeps what it found. Never
 * rejects. Nothing is judged here but that it is text in PEM of a bearable size.
 */
export function createCertificateCache(deps: CertificateCacheDeps): CertificateSource {
  const limits = deps.limits ?? CERTIFICATE_LIMITS;
  const entries = new Map<string, Entry>();

  function isFresh({ done }: Entry): boolean {
    if (done === undefined) return true;
    const age = deps.now().getTime() - done.at;
    return age >= 0 && age < (done.ok ? limits.keptMs : limits.failureKeptMs);
  }

  /** Failures go first: URLs that are made up must not drive out the ones that count. */
  function hasRoom(): boolean {
    if (entries.size < limits.urls) return true;
    const settled = [...entries].filter(([, { done }]) => done !== undefined);
    const [oldest] = settled.find(([, { done }]) => done?.ok === false) ?? settled[0] ?? [];
    return oldest !== undefined && entries.delete(oldest);
  }

  function start(key: string, demand: CertificateDemand): Entry {
    const entry: Entry = { reading: fetchCertificate(deps.http, demand, limits.bytes) };
    entries.set(key, entry);
    void entry.reading.then(({ ok }) => {
      entry.done = { ok, at: deps.now().getTime() };
    });
    return entry;
  }

  return {
    async get(demand) {
      const key = `${demand.host} ${demand.path}`;
      const kept = entries.get(key);
      if (kept !== undefined && isFresh(kept)) return waited(kept.reading, limits.waitMs);
      entries.delete(key);
      if (!hasRoom()) return unavailable(`More than ${limits.urls} certificates are being fetched at the same time.`);
      return waited(start(key, demand).reading, limits.waitMs);
    },
  };
}

async function fetchCertificate(
  http: OutboundClient,
  { host, path }: CertificateDemand,
  maxBytes: number,
): Promise<CertificateReading> {
  let result: OutboundResult;
  try {
    result = await http.send({ method: 'GET', host, path, headers: {}, idempotent: true });
  } catch {
    return unavailable('The request for the certificate failed.');
  }
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

async function waited(reading: Promise<CertificateReading>, waitMs: number): Promise<CertificateReading> {
  const { promise, resolve } = Promise.withResolvers<CertificateReading>();
  const timer = setTimeout(() => {
    resolve(unavailable(`The certificate did not come within ${waitMs} ms.`));
  }, waitMs);
  try {
    return await Promise.race([reading, promise]);
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
