import { X509Certificate } from 'node:crypto';
import { lacksIssuer, vouchesFor } from './judge-certificate.ts';
import { readCertificates } from './read-certificates.ts';
import type { ChainCompletion, IssuerDemand } from './signing-certificate.ts';

/** What `judgeCertificate` still reads. */
const MAX_PEM_BYTES = 64 * 1_024;
const MAX_PATH = 200;
/** A name of the DNS, whose last part is no number: addresses are named by nobody who publishes certificates. */
const DNS_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const ISSUER_AT = 'CA Issuers - URI:';

/**
 * Completes a chain as browsers do, by the certificates' own word (authority information access, RFC 5280, 4.2.2.1). The
 * URL is no stranger's: the first certificate came by TLS from the gateway's pinned host, and every further one is signed,
 * link by link, into the chain of that one before its URL is read. What was fetched may have come by plain http from
 * anybody. It is taken only if it is an authority whose key signed the chain's last certificate, and it becomes no anchor:
 * `judgeCertificate` judges the whole as ever. Total: any text and any bytes give a value.
 */
export const chainCompletion: ChainCompletion = {
  missing(pem) {
    if (!lacksIssuer(pem)) return undefined;
    const last = lastLinkOf(readCertificates(pem) ?? []);
    return last === undefined ? undefined : addressIn(last);
  },

  append(pem, fetched, now) {
    const last = lastLinkOf(readCertificates(pem) ?? []);
    const issuer = certificateIn(fetched);
    if (last === undefined || issuer === undefined || !vouchesFor(issuer, last)) return undefined;
    // Otherwise whoever is on the way could, with an old certificate of the same key, turn "not yet" into "never".
    if (!isWithinDates(issuer, now)) return undefined;
    const whole = `${pem.trimEnd()}\n${issuer.toString()}`;
    const isReadable = Buffer.byteLength(whole) <= MAX_PEM_BYTES && readCertificates(whole) !== undefined;
    return isReadable ? whole : undefined;
  },
};

/** Where the chain from the first certificate ends; undefined: it ends nowhere, because it leads back into itself. */
function lastLinkOf([first, ...others]: readonly X509Certificate[]): X509Certificate | undefined {
  const path = first === undefined ? [] : [first];
  for (let last = first; last !== undefined; ) {
    const subject = last;
    if (path.some((link) => vouchesFor(link, subject))) return undefined;
    const next = others.find((issuer) => !path.includes(issuer) && vouchesFor(issuer, subject));
    if (next === undefined) return last;
    path.push(next);
    last = next;
  }
  return undefined;
}

/** The first URL that may be called. Node writes one a line, and quotes what could forge a line. */
function addressIn({ infoAccess }: X509Certificate): IssuerDemand | undefined {
  for (const line of (infoAccess ?? '').split('\n')) {
    const address = line.startsWith(ISSUER_AT) ? addressOf(line.slice(ISSUER_AT.length)) : undefined;
    if (address !== undefined) return address;
  }
  return undefined;
}

/** Only as a URL parser would write it: no user, port, query, fragment, dot segment or second way to write a host. */
function addressOf(text: string): IssuerDemand | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (!DNS_NAME.test(hostname) || pathname.length > MAX_PATH) return undefined;
  if (text !== `${protocol}//${hostname}${pathname}`) return undefined;
  return { host: hostname, path: pathname, plain: protocol === 'http:' };
}

/** One certificate, as DER (RFC 5280) or as PEM, which some serve; a bundle of PKCS #7 is none. */
function certificateIn(bytes: Uint8Array): X509Certificate | undefined {
  if (bytes.byteLength > MAX_PEM_BYTES) return undefined;
  // ASN.1 SEQUENCE: no PEM begins so.
  if (bytes[0] === 0x30) return fromDer(bytes);
  const certificates = readCertificates(Buffer.from(bytes).toString('latin1')) ?? [];
  return certificates.length === 1 ? certificates[0] : undefined;
}

function fromDer(bytes: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(bytes);
    // OpenSSL ignores what stands behind it.
    return certificate.raw.byteLength === bytes.byteLength ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function isWithinDates({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
}
