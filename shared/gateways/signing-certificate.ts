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
      /** One certificate or a chain, leaf first, as it was served. At most 64 KiB. */
      readonly pem: string;
    }
  | {
      readonly ok: false;
      readonly code: 'certificate_unavailable' | 'certificate_malformed';
      readonly detail: string;
    };

/** Fetches certificates: https, no redirects, 64 KiB, 5 s; keeps what it found for some hours, what failed for 30 s. */
export interface CertificateSource {
  get(demand: CertificateDemand): Promise<CertificateReading>;
}
