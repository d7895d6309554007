import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { postCallback } from '#local/http/post-callback.ts';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { type ReadSample, readSample } from '#shared/gateways/sample.ts';
import type { AdminClient } from '../../cli/admin-client.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';

/** A merchant of its own: whoever counts the events of another is not disturbed. */
export const MERCHANT = 'gates';
/** Names below it exist nowhere (RFC 6761): each look-up fails, on every machine. */
const NOWHERE = 'gateway.invalid';
const EVENTS = join(import.meta.dirname, '..', '..', 'events');

export interface SampleCase {
  readonly gateway: string;
  /** A folder of `events/<gateway>/`. */
  readonly sample: string;
  /** What its callback must be answered, and with which code it is refused where it is. */
  readonly status: 200 | 503;
  readonly refusedWith?: string;
  /** The state that comes of it, where the admin API has it. */
  readonly becomes?: { readonly path: string; readonly state: Readonly<Record<string, unknown>> };
}

/** A callback of each gateway. Certificates are nowhere to be had: that they are missed shows that they were looked for. */
export const SAMPLES: readonly SampleCase[] = [
  {
    gateway: 'ixopay',
    sample: '18-network-token-active',
    status: 200,
    becomes: { path: 'instruments/gates-ixopay/abcde12345abcde12345', state: { networkToken: { status: 'ACTIVE' } } },
  },
  {
    gateway: 'cybersource',
    sample: '01-authorization-accepted',
    status: 200,
    becomes: {
      path: 'transactions/gates-cybersource/7368461234567890104001',
      state: { status: 'FINISHED', kind: 'preauthorize' },
    },
  },
  {
    gateway: 'paylock',
    sample: '18-token-batch',
    status: 200,
    becomes: { path: 'transactions/gates-paylock/r-1', state: { status: 'FINISHED', kind: 'refund' } },
  },
  {
    gateway: 'secuconnect',
    sample: '02-sale-accepted',
    status: 200,
    becomes: {
      path: 'transactions/gates-secuconnect/PCI_SALE1A7QK2M9XW4T6ZC8VB3NH5JD',
      state: { status: 'PENDING', proven: false },
    },
  },
  { gateway: 'paypal', sample: '01-capture-completed', status: 503, refusedWith: 'certificate_unavailable' },
  { gateway: 'amazon-pay', sample: '02-charge-authorized', status: 503, refusedWith: 'certificate_unavailable' },
];

/** What each gateway's connector has beside the sample's: nobody outside of this machine is called. */
const SETTINGS: Readonly<Record<string, object>> = {
  ixopay: { apiHost: NOWHERE, username: 'asks' },
  cybersource: { apiHost: NOWHERE },
  paylock: {},
  secuconnect: { apiHost: NOWHERE },
  paypal: { apiHost: NOWHERE, toleranceSeconds: 315_360_000 },
  'amazon-pay': { apiHost: NOWHERE },
};

function sampleOf({ gateway, sample }: SampleCase): ReadSample {
  return readSample(join(EVENTS, gateway, sample));
}

/** Registers `gates-<gateway>` as the sample's connector is; the URL that callbacks are to be sent to. */
export async function registerSampled(admin: AdminClient, one: SampleCase): Promise<string> {
  const { connector } = sampleOf(one).sample;
  const api = one.gateway === 'ixopay' ? { password: 'asks' } : {};
  const { callbackUrl } = await admin.must('PUT', `/connectors/gates-${one.gateway}`, {
    ...{ merchantId: MERCHANT, gateway: one.gateway, name: one.gateway, testMode: connector.testMode, active: true },
    settings: { ...connector.settings, ...SETTINGS[one.gateway] },
    secrets: { ...connector.secrets, ...api },
  });
  return String(callbackUrl);
}

/** An IXOPAY connector whose secret is `secret`; with `settings.username` its API is asked, which is nowhere. */
export async function registerIxopay(admin: AdminClient, id: string, secret: string, asks: boolean): Promise<string> {
  const api = asks ? { settings: SETTINGS['ixopay'], secrets: { password: 'asks' } } : { settings: {}, secrets: {} };
  const { callbackUrl } = await admin.must('PUT', `/connectors/${id}`, {
    ...{ merchantId: MERCHANT, gateway: 'ixopay', name: id, testMode: true, active: true },
    settings: { apiKey: id, ...api.settings },
    secrets: { sharedSecret: secret, ...api.secrets },
  });
  return String(callbackUrl);
}

/** Sends the sample to its connector's URL, signed anew where path or time are part of what is signed. */
export function sendSample(one: SampleCase, callbackUrl: string) {
  const url = new URL(callbackUrl);
  const { callback, sample } = sampleOf(one);
  const { headers, body, method } = addressed(one.gateway, callback, sample.connector.sharedSecret, url.pathname);
  return postCallback(url, { method, uri: url.pathname, headers, body });
}

function addressed(gateway: string, callback: RawCallback, secret: string, path: string): RawCallback {
  const { headers, body } = callback;
  switch (gateway) {
    case 'ixopay':
      return signedCallback(path, body, headers['date'] ?? '', secret);
    case 'cybersource':
      return { ...callback, headers: { ...headers, 'v-c-signature': webhookSignature(body) } };
    case 'paypal': {
      const url = (headers['paypal-cert-url'] ?? '').replace(/\/\/[^/]+/, `//${NOWHERE}`);
      return { ...callback, headers: { ...headers, 'paypal-cert-url': url } };
    }
    case 'amazon-pay': {
      const text = Buffer.from(body)
        .toString('utf8')
        .replace(/"SigningCertURL" : "https:\/\/[^/]+/, `"SigningCertURL" : "https://${NOWHERE}`);
      return { ...callback, body: new TextEncoder().encode(text) };
    }
    default:
      return callback;
  }
}

/** CyberSource "Validate a Notification": HMAC-SHA256 over `<ms>.<body>`. The first key of the samples' connector. */
function webhookSignature(body: Uint8Array): string {
  const [key] = sampleOf({ gateway: 'cybersource', sample: '01-authorization-accepted', status: 200 }).sample.connector
    .secrets['webhookKeys'] as readonly { readonly keyId: string; readonly key: string }[];
  const t = Date.now();
  const mac = createHmac('sha256', Buffer.from(key?.key ?? '', 'base64'));
  return `t=${t};keyId=${key?.keyId};sig=${mac.update(`${t}.`).update(body).digest('base64')}`;
}
