import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import type { RefusalCode } from './gateway.ts';
import { readCertificates } from './read-certificates.ts';
import { trustedHere } from './trust-store.ts';

export interface CertificateRules {
  /** Whether the gateway signs under this common name (CN) of the subject. */
  readonly names: (commonName: string) => boolean;
  readonly now: Date;
  /** PEM, one or several each: roots or intermediates that the operator named, believed as they are beside Node's own. */
  readonly authorities: readonly string[];
}

export type CertificateJudgement =
  | {
      readonly ok: true;
      readonly publicKey: KeyObject;
      /** Of the certificate itself, ISO 8601. */
      readonly notAfter: string;
    }
  | { readonly ok: false; readonly code: RefusalCode; readonly detail: string };

/** More than any gateway serves; what is beyond is not looked at. */
const MAX_PEM_BYTES = 64 * 1_024;
/** From the certificate that signs to the authority, both counted. */
const MAX_CHAIN = 5;
const MAX_CHAINS = 4;
/** Signature checks of one search: certificates of equal names could make it long otherwise. */
const MAX_CHECKS = 64;
const MIN_RSA_BITS = 2_048;
const KEPT = 64;

const WEAK_DIGEST = /md[245]|sha-?1(?!\d)/i;

/** A way from the certificate to an authority: all that is left of it is the time in which every link is good. */
interface Chain {
  readonly from: number;
  readonly to: number;
  /** The link whose time begins last and the one whose time ends first, by name. */
  readonly beginsWith: string;
  readonly endsWith: string;
}

type Finding =
  | {
      readonly ok: true;
      readonly commonName: string;
      readonly publicKey: KeyObject;
      readonly from: number;
      readonly to: number;
      /** Of any time. Empty: nobody whom we believe vouches for it. */
      readonly chains: readonly Chain[];
      readonly issuer: string;
    }
  | { readonly ok: false; readonly code: RefusalCode; readonly detail: string };

const known = new Map<string, Finding>();

/**
 * Whether a certificate that a gateway signs with is believed: the first of `pem`; further ones are tried as
 * intermediates. Its RSA key has 2,048 bits or more, its CN is one of the gateway's, and signatures lead from it over
 * certificate authorities, five links at most, to one that the operator named or that Node trusts, NODE_EXTRA_CA_CERTS
 * included; every link is within its dates (RFC 5280, 6.1). Path lengths, name constraints and revocation are not looked
 * at. Total: any text gives a judgement. What was found is kept, so that a known certificate costs a digest of its text;
 * name and dates are judged each time.
 */
export function judgeCertificate(pem: string, rules: CertificateRules): CertificateJudgement {
  if (Buffer.byteLength(pem) > MAX_PEM_BYTES) {
    return refused('certificate_malformed', `The certificate is larger than ${MAX_PEM_BYTES} bytes.`);
  }
  const finding = findingOf(pem, rules.authorities);
  if (!finding.ok) return finding;
  if (!rules.names(finding.commonName)) {
    const detail = `The certificate is for ${shown(finding.commonName)}, which is no name that the gateway signs under.`;
    return refused('certificate_name_refused', detail);
  }
  const now = rules.now.getTime();
  if (!(finding.from <= now && now <= finding.to)) {
    return refused('certificate_expired', `${datesOf(finding.commonName, finding)}, and now is ${isoOf(now)}.`);
  }
  const [first] = finding.chains;
  if (first === undefined) {
    const detail =
      `No certificate authority that is trusted here vouches for the certificate of ${shown(finding.commonName)}: it was ` +
      `issued by ${shown(finding.issuer)}, and neither what was served nor what could be fetched leads further. If that ` +
      'issuer is right, name its certificate in /settings/certificateAuthorities.';
    return refused('certificate_untrusted', detail);
  }
  if (!finding.chains.some(({ from, to }) => from <= now && now <= to)) {
    const name = first.from > now ? first.beginsWith : first.endsWith;
    return refused('certificate_expired', `${datesOf(name, first)}, a certificate above it, and now is ${isoOf(now)}.`);
  }
  return { ok: true, publicKey: finding.publicKey, notAfter: isoOf(finding.to) };
}

/**
 * Whether what was served lacks an issuer: its first certificate could sign for a gateway, but leads to no authority that
 * Node trusts, at any time. The authorities that an operator named are not asked. Total.
 */
export function lacksIssuer(pem: string): boolean {
  if (Buffer.byteLength(pem) > MAX_PEM_BYTES) return false;
  const finding = findingOf(pem, []);
  return finding.ok && finding.chains.length === 0;
}

/** Whether `issuer` is a certificate authority that issued and signed `subject`, by a key and a digest that are believed. */
export function vouchesFor(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && isSignedBy(subject, issuer);
}

function findingOf(pem: string, authorities: readonly string[]): Finding {
  const hash = createHash('sha256').update(`${pem.length}\n${pem}`);
  for (const authority of authorities) hash.update(`\n${authority.length}\n${authority}`);
  const key = hash.digest('base64');
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const finding = findOut(pem, authorities);
  const [oldest] = known.keys();
  if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
  known.set(key, finding);
  return finding;
}

function findOut(pem: string, authorities: readonly string[]): Finding {
  const served = readCertificates(pem);
  const [leaf, ...between] = served ?? [];
  if (leaf === undefined) {
    return refused('certificate_malformed', 'What was served as the certificate is none in PEM (RFC 7468).');
  }
  const weakness = weaknessOf(leaf);
  if (weakness !== undefined) return refused('certificate_untrusted', `The certificate is not believed: ${weakness}.`);
  const named = authorities.flatMap((authority) => readCertificates(authority) ?? []);
  return {
    ok: true,
    commonName: nameOf(leaf.subject),
    publicKey: leaf.publicKey,
    ...spanOf(leaf),
    chains: chainsFrom(leaf, between, named),
    issuer: nameOf(leaf.issuer),
  };
}

/** Gateways sign with RSA only (wire 3, 4). */
function weaknessOf(leaf: X509Certificate): string | undefined {
  const key = keyOf(leaf);
  if (key?.asymmetricKeyType !== 'rsa') return `its key is of type ${key?.asymmetricKeyType ?? 'unknown'}, and not RSA`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < MIN_RSA_BITS ? `its RSA key has ${bits} bits; ${MIN_RSA_BITS} are the least` : undefined;
}

/** All ways to an authority that is believed, the shortest first, whatever their dates. */
function chainsFrom(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  named: readonly X509Certificate[],
): readonly Chain[] {
  const chains: Chain[] = [];
  let open: readonly (readonly X509Certificate[])[] = [[leaf]];
  let checks = 0;
  const vouches = (issuer: X509Certificate, subject: X509Certificate) =>
    issuer.ca && subject.checkIssued(issuer) && ++checks <= MAX_CHECKS && isSignedBy(subject, issuer);
  for (let length = 2; length <= MAX_CHAIN && chains.length < MAX_CHAINS; length++) {
    for (const path of open) {
      const last = path.at(-1);
      if (last === undefined) continue;
      for (const anchor of [...named, ...trustedHere(last.issuer)]) {
        if (vouches(anchor, last)) chains.push(chainOf([...path, anchor]));
      }
    }
    open = open.flatMap((path) =>
      between
        .filter((issuer) => !path.includes(issuer))
        .filter((issuer) => path.slice(-1).some((last) => vouches(issuer, last)))
        .map((issuer) => [...path, issuer]),
    );
  }
  return chains.slice(0, MAX_CHAINS);
}

function isSignedBy(subject: X509Certificate, issuer: X509Certificate): boolean {
  const key = keyOf(issuer);
  if (key === undefined || WEAK_DIGEST.test(subject.signatureAlgorithm ?? '')) return false;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS;
  try {
    return bits >= MIN_RSA_BITS && subject.verify(key);
  } catch {
    return false;
  }
}

function chainOf(path: readonly X509Certificate[]): Chain {
  const spans = path.map((certificate) => ({ name: nameOf(certificate.subject), ...spanOf(certificate) }));
  const last = spans.reduce((latest, span) => (span.from > latest.from ? span : latest));
  const first = spans.reduce((least, span) => (span.to < least.to ? span : least));
  return { from: last.from, to: first.to, beginsWith: last.name, endsWith: first.name };
}

function spanOf(certificate: X509Certificate): { readonly from: number; readonly to: number } {
  return { from: Date.parse(certificate.validFrom), to: Date.parse(certificate.validTo) };
}

/** A key that this OpenSSL does not know throws when it is read. */
function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/** The CN; empty where there is none or more than one, because then it is nobody's. */
function nameOf(distinguishedName: string | undefined): string {
  const names = (distinguishedName ?? '').split('\n').filter((line) => line.startsWith('CN='));
  return names.length === 1 ? (names[0]?.slice('CN='.length) ?? '') : '';
}

function datesOf(name: string, { from, to }: { readonly from: number; readonly to: number }): string {
  return `The certificate of ${shown(name)} is good from ${isoOf(from)} to ${isoOf(to)}`;
}

function isoOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : 'an unknown time';
}

/** Names come from a certificate that nobody has believed yet. */
function shown(name: string): string {
  return name === '' ? 'nobody' : JSON.stringify(name.slice(0, 80));
}

function refused(code: RefusalCode, detail: string): { ok: false; code: RefusalCode; detail: string } {
  return { ok: false, code, detail };
}
