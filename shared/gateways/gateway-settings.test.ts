import { describe, expect, it } from 'vitest';
import type { GatewaySettings } from './gateway-settings.ts';
import { GATEWAY_SETTINGS } from './gateway-settings-table.ts';

const KEY = `${'A'.repeat(43)}=`;
const PEM = '-----BEGIN PRIVATE KEY-----\nbm8gcmVhbCBrZXk=\n-----END PRIVATE KEY-----\n';
const GUID = '9ba85f64-5717-4562-b3fc-2c963f66afa7';

/** All that the product promises of the gateways that it was founded for. */
const WHOLE = {
  ixopay: { settings: { apiKey: 'a' }, secrets: { sharedSecret: 's3cret', password: 'p' } },
  secuconnect: {
    settings: { clientId: 'c', contractId: 'GCR_1', environment: 'testing' },
    secrets: { clientSecret: 's3cret' },
  },
  cybersource: {
    settings: { organizationId: 'org', merchantId: 'mid', payloadScheme: 'body', toleranceSeconds: 3_600 },
    secrets: {
      webhookKeys: [
        { keyId: 'k1', key: KEY },
        { keyId: 'k2', key: KEY },
      ],
      restKey: { keyId: 'r', key: 's3cret' },
      mlePrivateKey: PEM,
    },
  },
  paypal: {
    settings: { webhookId: '96605875FF6516633', environment: 'sandbox', clientId: 'c', fetchBeforeMoney: false },
    secrets: { clientSecret: 's3cret' },
  },
  'amazon-pay': {
    settings: {
      merchantId: 'A1',
      topicArns: ['arn:aws:sns:eu-west-1:598607868003:a1-topic'],
      region: 'eu',
      publicKeyId: 'LIVE-1',
      environment: 'live',
    },
    secrets: { privateKey: PEM },
  },
  paylock: {
    settings: {
      ...{ mode: 'hmac', algorithm: 'sha512', encoding: 'base64', secretEncoding: 'utf8' },
      ...{ signatureHeader: 'X-Signature', prefix: 'sha512=', timestampHeader: 'X-Time', timestampUnit: 'ms' },
      ...{ toleranceSeconds: 60, template: '{timestamp}.{body}', idempotencyPath: 'id', kindPath: 'payment.type' },
      ...{ kindMap: { Sale: 'debit' }, statusPath: 'payment.state', statusMap: { Paid: 'FINISHED' } },
      ...{ amountPath: 'amount', amountUnit: 'minor', currencyPath: 'cur', currency: 'USD', referencePath: 'ref' },
      ...{ updatedAtPath: 'at', sequencePath: 'n', allowUnknown: false, apiHost: 'api.paylock.com' },
      ...{ customerId: GUID, paymentGatewayId: GUID.replaceAll('-', ''), merchantId: 'm' },
    },
    secrets: { keys: ['s3cret'], apiPassword: 'p' },
  },
};

type Founding = keyof typeof WHOLE;
const FOUNDING = Object.keys(WHOLE) as Founding[];

function entryOf(gateway: Founding): GatewaySettings {
  const settings = GATEWAY_SETTINGS[gateway];
  if (settings === undefined) throw new Error(`${gateway} is not in the table`);
  return settings;
}

function problemsOf(gateway: Founding, settings: object, secrets: object) {
  const check = entryOf(gateway).checkSettings(settings, secrets, 'new');
  return check.ok ? [] : check.problems;
}

describe("gateways' settings", () => {
  it.each(FOUNDING)('%s takes all that is listed, and seals text', (gateway) => {
    const { settings, secrets } = WHOLE[gateway];
    const check = entryOf(gateway).checkSettings(settings, secrets, 'new');
    expect(check).toMatchObject({ ok: true, settings });
    if (!check.ok) return;
    expect(Object.keys(check.secrets)).toEqual(Object.keys(secrets));
    for (const [name, value] of Object.entries(secrets)) {
      const sealed = check.secrets[name] ?? '';
      expect(typeof value === 'string' ? sealed : JSON.parse(sealed)).toEqual(value);
    }
  });

  it.each(FOUNDING)('%s knows no other names, and shows no secret', (gateway) => {
    const { settings, secrets } = WHOLE[gateway];
    const found = problemsOf(gateway, { ...settings, odd: 1 }, { ...secrets, Odd: 'hush-hush' });
    expect(found.map(({ field }) => field)).toEqual(['/settings/odd', '/secrets/Odd']);
    expect(JSON.stringify(found)).not.toContain('hush-hush');
  });

  it.each(FOUNDING)('%s: what it needs are names that it knows', (gateway) => {
    const { settings, secrets } = WHOLE[gateway];
    const pointers = [
      ...Object.keys(settings).map((name) => `/settings/${name}`),
      ...Object.keys(secrets).map((name) => `/secrets/${name}`),
    ];
    expect(pointers).toEqual(expect.arrayContaining([...entryOf(gateway).needed]));
  });

  it.each(FOUNDING)('%s takes a secret of the full strength', (gateway) => {
    const strength = entryOf(gateway).secretStrength;
    if (strength === undefined) return;
    const secret = 'x'.repeat(strength.characters);
    const given = { [strength.secret]: strength.list ? [secret] : secret };
    expect(problemsOf(gateway, WHOLE[gateway].settings, given)).toEqual([]);
    expect(strength.characters * Math.log2(62)).toBeGreaterThan(256);
  });

  it('only what is not signed needs a token in its URL', () => {
    expect(entryOf('secuconnect').needsCallbackToken({})).toBe(true);
    expect(entryOf('paylock').needsCallbackToken({ mode: 'fetch' })).toBe(true);
    expect(entryOf('paylock').needsCallbackToken({ mode: 'hmac' })).toBe(false);
    for (const signed of ['ixopay', 'cybersource', 'paypal', 'amazon-pay'] as const) {
      expect(entryOf(signed).needsCallbackToken({ mode: 'fetch' })).toBe(false);
    }
  });

  it.each<[Founding, object, object, string]>([
    ['secuconnect', { environment: 'live' }, {}, '/settings/environment'],
    ['secuconnect', { clientId: '' }, {}, '/settings/clientId'],
    ['cybersource', { payloadScheme: 'xml' }, {}, '/settings/payloadScheme'],
    ['cybersource', { toleranceSeconds: 1 }, {}, '/settings/toleranceSeconds'],
    ['cybersource', {}, { webhookKeys: [{ keyId: 'k', key: 'short' }] }, '/secrets/webhookKeys/0/key'],
    ['cybersource', {}, { webhookKeys: [] }, '/secrets/webhookKeys'],
    ['cybersource', {}, { webhookKeys: [1, 2].map(() => ({ keyId: 'k', key: KEY })) }, '/secrets/webhookKeys'],
    ['cybersource', {}, { restKey: 's3cret' }, '/secrets/restKey'],
    ['cybersource', {}, { mlePrivateKey: 's3cret' }, '/secrets/mlePrivateKey'],
    ['paypal', { webhookId: 'a-b' }, {}, '/settings/webhookId'],
    ['paypal', { environment: 'test' }, {}, '/settings/environment'],
    ['amazon-pay', { topicArns: ['arn:aws:sqs:eu-west-1:598607868003:q'] }, {}, '/settings/topicArns/0'],
    ['amazon-pay', { region: 'eu-west-1' }, {}, '/settings/region'],
    ['amazon-pay', {}, { privateKey: 's3cret' }, '/secrets/privateKey'],
    ['paylock', { algorithm: 'md5' }, {}, '/settings/algorithm'],
    ['paylock', { template: '{timestamp}' }, {}, '/settings/template'],
    ['paylock', { statusMap: { Paid: 'OK' } }, {}, '/settings/statusMap/Paid'],
    ['paylock', { statusPath: 'a..b' }, {}, '/settings/statusPath'],
    ['paylock', { customerId: '1' }, {}, '/settings/customerId'],
    ['paylock', { apiHost: 'https://api.paylock.com' }, {}, '/settings/apiHost'],
    ['paylock', { signatureHeader: 'X Signature' }, {}, '/settings/signatureHeader'],
    ['paylock', {}, { keys: [''] }, '/secrets/keys/0'],
  ])('%s refuses case %#', (gateway, settings, secrets, field) => {
    const found = problemsOf(gateway, { ...WHOLE[gateway].settings, ...settings }, secrets);
    expect(found).toMatchObject([{ field }]);
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });
});
