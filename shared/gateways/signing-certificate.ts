/** A certificate that a callback names; its URL has been held against the hosts of the gateway. */
export interface CertificateDemand {
  readonly ok: true;
  /** `host` or `host:port`, as the outbound client takes it. */
  readonly host: string;
  /** Begins with "/"; no query. */
  readonly path: string;
}

/** What was found under the URL. Nothing is believed of it yet: `judgeCertificate` does that. */
export type CertificateReading =
  | {
      readonly ok: true;
      /** One certificate or a chain, leaf first, as it was served; behind it the issuers that were fetched. At most 64 KiB. */
      readonly pem: string;
    }
  | {
      readonly ok: false;
      readonly code: 'certificate_unavailable' | 'certificate_malformed';
      readonly detail: string;
    };

/** Fetches certificates: https, no redirects, 64 KiB, 3 s; keeps what it found for some hours, what failed for 30 s. */
export interface CertificateSource {
  get(demand: CertificateDemand): Promise<CertificateReading>;
}

/** Where an authority publishes its certificate, by the word of one that it issued (RFC 5280, 4.2.2.1). */
export interface IssuerDemand {
  /** A DNS name, without a port. */
  readonly host: string;
  /** Begins with "/"; no query. */
  readonly path: string;
  /** True: by http on port 80; false: by https on port 443. */
  readonly plain: boolean;
}

/** What to do where a certificate is served without those between it and an authority that Node trusts. */
export interface ChainCompletion {
  /** Undefined: no link is missing, or nobody says where it is. */
  missing(pem: string): IssuerDemand | undefined;
  /** `pem` and the issuer behind it; undefined: what was fetched is not, at `now`, the certificate that was missing. */
  append(pem: string, fetched: Uint8Array, now: Date): string | undefined;
}
