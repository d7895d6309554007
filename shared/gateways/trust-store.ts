import type { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { readCertificates } from './read-certificates.ts';

let bySubject: ReadonlyMap<string, readonly X509Certificate[]> | undefined;

/** Node's own certificate authorities of a name, those of NODE_EXTRA_CA_CERTS included; read once a process (some 20 ms). */
export function trustedHere(subject: string): readonly X509Certificate[] {
  bySubject ??= Map.groupBy(
    [...new Set(getCACertificates('default'))].flatMap((pem) => readCertificates(pem) ?? []),
    (certificate) => certificate.subject,
  );
  return bySubject.get(subject) ?? [];
}
