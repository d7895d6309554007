// `node events/paypal/make-samples.ts`: writes the samples of this folder, signed with the key beside. Key and certificates
// are made for tests, once, and belong to nobody.
import { sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeTestCertificate } from '#shared/gateways/certificates.testing.ts';
import { OTHERS } from './other-stories.ts';
import { AUTHORIZATIONS, SALE } from './sale-stories.ts';
import { API, MERCHANT, type Story } from './sample-parts.ts';

const HERE = import.meta.dirname;
const CERTIFICATE_URL = `${API}/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77`;
const WEBHOOK_ID = '1JE4291016473214C';

const text = (name: string) => readFileSync(join(HERE, name), 'utf8');

if (!existsSync(join(HERE, 'certificate-key.pem'))) {
  const authority = makeTestCertificate('Postrider test authority', { ca: true });
  const leaf = makeTestCertificate('messageverificationcerts.sandbox.paypal.com', { issuer: authority });
  writeFileSync(join(HERE, 'authority.pem'), authority.cert);
  writeFileSync(join(HERE, 'certificate.pem'), leaf.cert);
  writeFileSync(join(HERE, 'certificate-key.pem'), leaf.key);
}

const settings = {
  environment: 'sandbox',
  webhookId: WEBHOOK_ID,
  clientId: 'AQkquBDf1zctJOWGKWUEtKXm6qVhueUEMvXO',
  merchantId: MERCHANT,
  toleranceSeconds: 345_600,
  certificateAuthorities: [text('authority.pem')],
};
const certificates = { [CERTIFICATE_URL]: 'certificate.pem' };
const connectors = {
  'acme-paypal': { id: 'acme-paypal', settings: { ...settings, fetchBeforeMoney: true }, secrets: { clientSecret: 'made-for-the-samples' }, certificates },
  'acme-paypal-direct': {
    id: 'acme-paypal-direct',
    settings: { ...settings, fetchBeforeMoney: false },
    secrets: { clientSecret: 'made-for-the-samples', webhookId: '9AB11111CD222222E' },
    certificates,
  },
};
writeFileSync(join(HERE, 'connectors.json'), `${JSON.stringify(connectors, null, 2)}\n`);

[...SALE, ...AUTHORIZATIONS, ...OTHERS].forEach(write);

function write(story: Story, index: number): void {
  const folder = join(HERE, story.name);
  const connector = story.connector ?? 'acme-paypal';
  mkdirSync(folder, { recursive: true });
  const body = Buffer.from(JSON.stringify(story.event));
  const id = `${(0x5a0b1000 + index).toString(16)}-15f2-11f0-9f3d-6b62a8a99ac4`;
  const signed = `${id}|${story.at}|${story.webhookId ?? WEBHOOK_ID}|${crc32(body)}`;
  const head = [
    `POST /callbacks/${connector} HTTP/1.1`,
    'Host: hooks.example.test',
    'Accept: */*',
    `PAYPAL-TRANSMISSION-ID: ${id}`,
    `PAYPAL-TRANSMISSION-TIME: ${story.at}`,
    `PAYPAL-TRANSMISSION-SIG: ${sign('sha256', Buffer.from(signed), text('certificate-key.pem')).toString('base64')}`,
    'PAYPAL-AUTH-VERSION: v2',
    `PAYPAL-CERT-URL: ${CERTIFICATE_URL}`,
    'PAYPAL-AUTH-ALGO: SHA256withRSA',
    'Content-Type: application/json',
    'User-Agent: PayPal/AUHD-214.0-58468507',
    'CORRELATION-ID: 2a4e6f8c0b1d3',
    `Content-Length: ${body.byteLength}`,
  ];
  writeFileSync(join(folder, 'request.http'), Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  const answers = (story.answers ?? []).map(({ request, status = 200, file, body: answered, declared, expect }) => {
    writeFileSync(join(folder, file), JSON.stringify(answered));
    return { request, status, body: file, ...(declared && { declared }), ...(expect && { expect }) };
  });
  const sample = {
    about: story.about,
    origin: 'made',
    connector,
    at: new Date(Date.parse(story.at) + 3_000).toISOString(),
    verdict: { algorithm: 'rsa-sha256/crc32', readings: {} },
    expect: story.expect,
    ...(answers.length > 0 && { answers }),
  };
  writeFileSync(join(folder, 'sample.json'), `${JSON.stringify(sample, null, 2)}\n`);
}
