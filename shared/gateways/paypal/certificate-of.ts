import type { ConnectorCredentials, RawCallback, RefusedVerdict } from '../gateway.ts';
import type { CertificateDemand } from '../signing-certificate.ts';
import { apiHostSetting, environmentOf } from './hosts.ts';
import { readTransmission, refused } from './transmission.ts';

/** Longest URL: PayPal's own have some 80 characters. */
const MAX_URL = 256;
/** Lower case and nothing to normalize: no user, query, fragment, escape or other port survives it. */
const URL_FORM = /^https:\/\/([a-z0-9.-]+)(?::(\d{1,5}))?(\/v1\/notifications\/certs\/CERT-[A-Za-z0-9-]{1,128})$/;

/**
 * The certificate that a delivery names, its URL held against PayPal's hosts. Neither official SDK does that (wire facts
 * 3.1). Where `apiHost` stands in for PayPal, it is asked whichever of the hosts is named.
 */
export function certificateOf(
  callback: RawCallback,
  connector: ConnectorCredentials,
): CertificateDemand | RefusedVerdict {
  const transmission = readTransmission(callback);
  if (!transmission.ok) return transmission;
  return readCertificateUrl(transmission.certificateUrl, connector.settings);
}

/** `certificate_url_refused` for every URL that is not exactly one of the environment's. */
export function readCertificateUrl(
  url: string,
  settings: Readonly<Record<string, unknown>>,
): CertificateDemand | RefusedVerdict {
  const [, name = '', port = '443', path = ''] = url.length <= MAX_URL ? (URL_FORM.exec(url) ?? []) : [];
  const { certificates } = environmentOf(settings);
  const standIn = apiHostSetting(settings);
  const ofPayPal = port === '443' && certificates.includes(name);
  const ofStandIn = standIn !== undefined && withPort(standIn) === `${name}:${port}`;
  if (!ofPayPal && !ofStandIn) {
    const known = [...certificates, ...(standIn === undefined ? [] : [standIn])].join(', ');
    return refused(
      'certificate_url_refused',
      `PAYPAL-CERT-URL is none of this environment's (https, ${known}, /v1/notifications/certs/CERT-…): the callback is of the other environment (/settings/environment), or forged.`,
    );
  }
  return { ok: true, host: standIn ?? name, path };
}

function withPort(host: string): string {
  return host.includes(':') ? host : `${host}:443`;
}
