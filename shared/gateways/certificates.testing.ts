import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with its private key, both in PEM. */
export interface TestCertificate {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** Left out: it signs itself. */
  readonly issuer?: TestCertificate;
  /** Whether it may issue others. @default false */
  readonly ca?: boolean;
  /** @default 2020-01-01 */
  readonly from?: string;
  /** @default 2049-12-31 */
  readonly to?: string;
  /** @default 2048 */
  readonly rsaBits?: number;
  /** True: a key on P-256 in place of RSA. */
  readonly ec?: boolean;
  /** What the issuer's signature is made over. @default sha256 */
  readonly digest?: 'sha256' | 'sha1';
  /** PEM of a private key to use in place of a new one. */
  readonly key?: string;
  /** The subject as it is, in place of one common name: several, or none. */
  readonly commonNames?: readonly string[];
  /** URLs of its issuer's certificate (authority information access); bytes: the extension's value as it is. */
  readonly issuerAt?: readonly string[] | Uint8Array;
}

const OID = {
  commonName: [0x55, 0x04, 0x03],
  basicConstraints: [0x55, 0x1d, 0x13],
  authorityInfoAccess: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01],
  ocsp: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01],
  caIssuers: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02],
  ecdsaSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  rsaSha256: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b],
  rsaSha1: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05],
} as const;

/**
 * Makes an X.509 v3 certificate (RFC 5280) without openssl, for tests and samples: subject and issuer are common names,
 * extensions are basicConstraints and, where wished for, authorityInfoAccess.
 */
export function makeTestCertificate(name: string, wish: CertificateWish = {}): TestCertificate {
  const privateKey = wish.key === undefined ? newKey(wish) : createPrivateKey(wish.key);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = wish.issuer === undefined ? privateKey : createPrivateKey(wish.issuer.key);
  const algorithm = algorithmOf(signer, wish.digest ?? 'sha256');
  const subject = nameOf(wish.commonNames ?? [name]);
  const constraints = der(0x30, ...(wish.ca === true ? [der(0x01, [0xff])] : []));
  const extensions = [
    der(0x30, der(0x06, OID.basicConstraints), der(0x01, [0xff]), der(0x04, constraints)),
    ...(wish.issuerAt === undefined
      ? []
      : [der(0x30, der(0x06, OID.authorityInfoAccess), der(0x04, accessOf(wish.issuerAt)))]),
  ];
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, [2])),
    // Positive whatever the bytes are.
    der(0x02, [1], randomBytes(8)),
    algorithm,
    wish.issuer === undefined ? subject : nameOf([wish.issuer.name]),
    der(0x30, timeOf(wish.from ?? '2020-01-01T00:00:00Z'), timeOf(wish.to ?? '2049-12-31T23:59:59Z')),
    subject,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign(wish.digest ?? 'sha256', toBeSigned, signer);
  return { name, cert: pemOf(der(0x30, toBeSigned, algorithm, der(0x03, [0], signature))), key };
}

function newKey({ ec, rsaBits }: CertificateWish): KeyObject {
  return ec === true
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    : generateKeyPairSync('rsa', { modulusLength: rsaBits ?? 2_048 }).privateKey;
}

function algorithmOf(signer: KeyObject, digest: 'sha256' | 'sha1'): Buffer {
  if (signer.asymmetricKeyType === 'ec') return der(0x30, der(0x06, OID.ecdsaSha256));
  return der(0x30, der(0x06, digest === 'sha1' ? OID.rsaSha1 : OID.rsaSha256), der(0x05));
}

function nameOf(commonNames: readonly string[]): Buffer {
  const parts = commonNames.map((name) =>
    der(0x31, der(0x30, der(0x06, OID.commonName), der(0x0c, Buffer.from(name)))),
  );
  return der(0x30, ...parts);
}

/** RFC 5280, 4.2.2.1: an OCSP responder stands first, as in every real certificate. */
function accessOf(issuerAt: readonly string[] | Uint8Array): Uint8Array {
  if (issuerAt instanceof Uint8Array) return issuerAt;
  const described = (method: readonly number[], url: string) =>
    der(0x30, der(0x06, method), der(0x86, Buffer.from(url, 'latin1')));
  const issuers = issuerAt.map((url) => described(OID.caIssuers, url));
  return der(0x30, described(OID.ocsp, 'http://ocsp.example.com'), ...issuers);
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5). */
function timeOf(iso: string): Buffer {
  const digits = new Date(iso).toISOString().replace(/[-:T]|\.\d{3}/g, '');
  return digits < '2050' ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

function pemOf(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
