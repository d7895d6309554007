import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import type { JsonValue } from '#shared/model/fact.ts';
import {
  IXOPAY_A,
  IXOPAY_C,
  PAYLOCK_CUSTOMER,
  PAYLOCK_ID,
  PAYLOCK_JSON,
  PAYLOCK_JSV,
  PROCESSOR,
  respelled,
  SECRETS,
} from './documents.testing.ts';
import type { ShapeKind } from './foreign-connector.ts';
import { guessShape } from './guess-shape.ts';
import { readShape } from './read-shape.ts';

const PEM = '-----BEGIN PRIVATE KEY-----\nbm8gcmVhbCBrZXk=\n-----END PRIVATE KEY-----\n';
const CERTIFICATE = PEM.replaceAll('PRIVATE KEY', 'CERTIFICATE');

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (kind: ShapeKind, value: unknown) => readShape(kind, 'application/json', bytes(JSON.stringify(value)));
const foreignOf = (kind: ShapeKind, value: unknown) => {
  const reading = read(kind, value);
  if (!reading.ok) throw new Error(reading.detail);
  return reading.foreign;
};
const refusalOf = (kind: ShapeKind, value: unknown) => {
  const reading = read(kind, value);
  if (reading.ok) throw new Error('it was taken');
  expectNoSecret(reading);
  return { code: reading.code, fields: reading.problems.map(({ field }) => field), detail: reading.detail };
};
const expectNoSecret = (value: unknown) => {
  const text = JSON.stringify(value);
  expect(SECRETS.filter((secret) => text.includes(secret)).length).toBe(0);
};

describe("IXOPAY's connectors", () => {
  it('the first example', () => {
    const { document, omitted, secrets, fields: _fields, ...said } = foreignOf('ixopay', IXOPAY_A);
    expect(said).toEqual({
      ...{ kind: 'ixopay', gateway: 'ixopay', name: 'SimulatorConnector A', testMode: true, active: false },
      ...{ id: IXOPAY_A['guid'], owner: IXOPAY_A['merchantGuid'] },
      settings: { apiKey: 'sim-connector-a', connectorGuid: IXOPAY_A['guid'] },
      checks: {
        disabledTransactionTypes: ['initial_debit'],
        expirationMinutes: 900,
        schedules: true,
        virtualTerminal: true,
      },
    });
    expect(Object.keys(secrets)).toEqual(['sharedSecret']);
    expect(omitted).toEqual(['/config/password', '/config/apiSecret']);
    expectNoSecret(document);
    const { sharedSecret: _secret, config: _config, ...rest } = IXOPAY_A;
    expect(document).toEqual({
      ...rest,
      config: { username: 'asmith', extraData: null, language: 'de', testMode: true, vault: {} },
    });
    expect(Object.keys(document)).toEqual(Object.keys(IXOPAY_A).filter((name) => name !== 'sharedSecret'));
  });

  it('the second, spelled its own way', () => {
    const { document, omitted, fields, ...said } = foreignOf('ixopay', IXOPAY_C);
    expect(said).toMatchObject({
      ...{ name: 'SimulatorConnector C', testMode: false, active: true, owner: IXOPAY_C['MerchantGUID'] },
      settings: { apiKey: 'sim-connector-c' },
      checks: { disabledTransactionTypes: ['refund'], expirationMinutes: 100, schedules: true },
    });
    expect(omitted).toEqual(['/config/password', '/config/APISecret']);
    expect(fields).toMatchObject({ '/settings/apiKey': '/APIKey', '/merchantId': '/MerchantGUID' });
    expectNoSecret(document);
    expect(document).toMatchObject({ APIKey: 'sim-connector-c', scheduleAPIAvailable: true });
  });

  it.each([
    ['capitals', (name: string) => name.toUpperCase()],
    ['small letters', (name: string) => name.toLowerCase()],
    ['a capital first', (name: string) => name.charAt(0).toUpperCase() + name.slice(1)],
  ])('either example says the same in %s', (_case, spell) => {
    for (const example of [IXOPAY_A, IXOPAY_C]) {
      const { settings, ...others } = example;
      const odd = foreignOf('ixopay', { ...Object(respelled(others, spell)), [spell('settings')]: settings });
      const { document: _odd, omitted: _odds, fields: _oddFields, ...said } = odd;
      const { document: _plain, omitted, fields: _fields, ...expected } = foreignOf('ixopay', example);
      expect(said).toEqual(expected);
      expect(odd.omitted.length).toBe(omitted.length);
      expectNoSecret(odd.document);
    }
  });

  it('the answer that holds the connector', () => {
    const { document, omitted } = foreignOf('ixopay', { success: true, connector: IXOPAY_A });
    expect(document).toEqual(foreignOf('ixopay', IXOPAY_A).document);
    expect(omitted).toEqual(['/config/password', '/config/apiSecret']);
    const refusal = refusalOf('ixopay', { success: true, connector: { ...IXOPAY_C, APIKey: 'x'.repeat(51) } });
    expect(refusal.fields).toEqual(['/connector/APIKey']);
  });

  it.each<[string, object, string]>([
    ['name of 2', { name: 'ab' }, '/name'],
    ['name of 51', { name: 'x'.repeat(51) }, '/name'],
    ['no name', { name: undefined }, '/name'],
    ['apiKey of 51', { apiKey: 'x'.repeat(51) }, '/apiKey'],
    ['a shared secret of 51', { sharedSecret: 'x'.repeat(51) }, '/sharedSecret'],
    ['a shared secret that is a number', { sharedSecret: 1234 }, '/sharedSecret'],
    ['country in small letters', { businessCountry: 'at' }, '/businessCountry'],
    ['country of three', { businessCountry: 'AUT' }, '/businessCountry'],
    ['language in capitals', { config: { language: 'DE' } }, '/config/language'],
    ['testMode as text', { config: { testMode: 'yes' } }, '/config/testMode'],
    ['extraData as text', { config: { extraData: 'x' } }, '/config/extraData'],
    ['vault as text', { config: { vault: 'x' } }, '/config/vault'],
    ['a password that is a number', { config: { password: 1 } }, '/config/password'],
    ['config as text', { config: 'x' }, '/config'],
    ['unknown type', { disabledTransactionTypes: ['refund', 'chargeback'] }, '/disabledTransactionTypes/1'],
    ['types as text', { disabledTransactionTypes: 'refund' }, '/disabledTransactionTypes'],
    ['postbackFormat', { postbackFormat: 'yaml' }, '/postbackFormat'],
    ['retries of 10', { multiMethodMetaConnector: { retries: 10 } }, '/multiMethodMetaConnector/retries'],
    ['retries below 0', { multiMethodMetaConnector: { retries: -1 } }, '/multiMethodMetaConnector/retries'],
    ['expiry', { multiMethodMetaConnector: { expiry: 1.5 } }, '/multiMethodMetaConnector/expiry'],
    [
      'defaultAction',
      { multiMethodMetaConnector: { defaultActionDisableConnector: 1 } },
      '/multiMethodMetaConnector/defaultActionDisableConnector',
    ],
    [
      'reRouteRecurring',
      { routingMetaConnector: { reRouteRecurring: 'no' } },
      '/routingMetaConnector/reRouteRecurring',
    ],
    ['defaultConnector', { routingMetaConnector: { defaultConnector: 1 } }, '/routingMetaConnector/defaultConnector'],
    ['terminals', { terminals: {} }, '/terminals'],
    ['a terminal without its id', { terminals: [{ disabled: true }] }, '/terminals/0/terminalId'],
    ['a terminal twice', { terminals: [{ terminalId: 'a' }, { terminalId: 'a' }] }, '/terminals/1/terminalId'],
    ['disabled', { disabled: 'no' }, '/disabled'],
    ['archived', { archived: 0 }, '/archived'],
    ['scheduleApiAvailable', { scheduleApiAvailable: 1 }, '/scheduleApiAvailable'],
    ['virtualTerminalAvailable', { virtualTerminalAvailable: 1 }, '/virtualTerminalAvailable'],
    ['customerProfileContainer', { customerProfileContainer: 'x' }, '/customerProfileContainer'],
    ['defaultRiskRuleSet', { defaultRiskRuleSet: 1.5 }, '/defaultRiskRuleSet'],
    ['vtRiskRuleSet', { vtRiskRuleSet: '0' }, '/vtRiskRuleSet'],
    ['createdAt', { createdAt: 'yesterday' }, '/createdAt'],
    ['settings', { settings: ['x'] }, '/settings'],
    ['a setting', { settings: { a: {} } }, '/settings/a'],
    ['minutes', { settings: { 'tx:expiration-minutes': '0' } }, '/settings/tx:expiration-minutes'],
    ['added minutes', { addSettings: { 'tx:expiration-minutes': 'soon' } }, '/addSettings/tx:expiration-minutes'],
    ['removeSettings', { removeSettings: 'x' }, '/removeSettings'],
    ['guid', { guid: 1 }, '/guid'],
    ['merchantGuid', { merchantGuid: '' }, '/merchantGuid'],
    ['the same member twice', { APIKEY: 'b' }, '/APIKEY'],
  ])('refuse %s', (_name, broken, field) => {
    const refusal = refusalOf('ixopay', { ...IXOPAY_A, ...broken });
    expect(refusal).toMatchObject({ code: 'invalid', fields: [field] });
    expect(refusal.detail).toContain(field);
  });

  it('name the field as the document spells it', () => {
    expect(refusalOf('ixopay', { ...IXOPAY_C, APIKey: 'x'.repeat(51), ADAPTER: 1 }).fields).toEqual([
      '/ADAPTER',
      '/APIKey',
    ]);
    expect(refusalOf('ixopay', { ...IXOPAY_C, scheduleAPIAvailable: 'x' }).fields).toEqual(['/scheduleAPIAvailable']);
  });

  it('a meta-connector has MetaConnector for adapter and method', () => {
    const { isMetaConnector: _response, ...request } = IXOPAY_A;
    expect(refusalOf('ixopay', request).fields).toEqual(['/adapter', '/method']);
    expect(refusalOf('ixopay', { ...IXOPAY_A, isMetaConnector: true }).fields).toEqual(['/adapter', '/method']);
    expect(refusalOf('ixopay', { ...request, adapter: 'MetaConnector' }).fields).toEqual(['/method']);
    expect(read('ixopay', { ...request, adapter: 'MetaConnector', method: 'MetaConnector' }).ok).toBe(true);
  });

  it('say every failing field at once', () => {
    const broken = { ...IXOPAY_A, name: 'a', businessCountry: 'x', config: { language: 'DEU' }, isMetaConnector: true };
    expect(refusalOf('ixopay', broken).fields).toEqual([
      '/name',
      '/businessCountry',
      '/config/language',
      '/adapter',
      '/method',
    ]);
  });

  it('what sounds like a secret and is not known is taken for one', () => {
    const { document, omitted } = foreignOf('ixopay', {
      ...IXOPAY_A,
      config: { extraData: { merchantPassword: 'hush', currency: 'EUR' }, vault: { url: 'u', accessToken: 'hush' } },
      settings: { '3ds:api-key': 'hush', x: '1' },
    });
    expect(omitted).toEqual([
      '/config/extraData/merchantPassword',
      '/config/vault/accessToken',
      '/settings/3ds:api-key',
    ]);
    expect(JSON.stringify(document)).not.toContain('hush');
    expect(document).toMatchObject({
      config: { extraData: { currency: 'EUR' }, vault: { url: 'u' } },
      settings: { x: '1' },
    });
  });

  it('an empty shared secret is still to be told', () => {
    for (const sharedSecret of ['', null]) {
      expect(foreignOf('ixopay', { ...IXOPAY_A, sharedSecret }).secrets).toEqual({});
    }
  });

  it('settings that are added or removed count', () => {
    const minutes = (more: object) => foreignOf('ixopay', { ...IXOPAY_A, ...more }).checks.expirationMinutes;
    expect(minutes({ addSettings: { 'tx:expiration-minutes': 30 } })).toBe(30);
    expect(minutes({ removeSettings: { 'tx:expiration-minutes': true } })).toBeUndefined();
    expect(foreignOf('ixopay', { ...IXOPAY_A, postbackFormat: 'xml' }).checks.expectedFormat).toBe('xml');
  });
});

describe("Paylock's payment gateways", () => {
  const jsv = (text: string, type = 'text/jsv') => readShape('paylock', type, bytes(text));
  const said = {
    ...{
      kind: 'paylock',
      gateway: 'paylock',
      id: PAYLOCK_ID,
      owner: PAYLOCK_CUSTOMER,
      name: 'Front desk, main street',
    },
    settings: { customerId: PAYLOCK_CUSTOMER, paymentGatewayId: PAYLOCK_ID, merchantId: 'M-77' },
    ...{ secrets: {}, testMode: true },
  };

  it('the body in JSV and in JSON', () => {
    const inJsv = jsv(PAYLOCK_JSV);
    const checks = (fee: string, min: string, max: string) => ({
      ...{ tokens: true, minAmount: min, maxAmount: max },
      convenienceFees: [{ paymentType: 'CreditCard', minRange: '0', maxRange: '99.99', feeAmount: fee }],
    });
    expect(inJsv).toMatchObject({ ok: true, foreign: { ...said, checks: checks('2.50', '1.50', '500.00') } });
    expect(foreignOf('paylock', PAYLOCK_JSON)).toMatchObject({ ...said, checks: checks('2.5', '1.5', '500') });
    if (!inJsv.ok) return;
    for (const foreign of [inJsv.foreign, foreignOf('paylock', PAYLOCK_JSON)]) {
      expect(foreign.omitted).toEqual(['/merchantKey', '/merchantPin']);
      expectNoSecret(foreign.document);
    }
  });

  it('the sample as it is printed, its placeholders but for the name left alone', () => {
    const zero = '0'.repeat(32);
    const sample = PAYLOCK_JSV.replace(/[0-9a-f]{32}/g, zero)
      .replace(/: (M-77|98765|CreditCard|"[^\n]*")(?=,?\n)/g, ': String')
      .replace(/: [0-9.]+(?=,?\n)/g, ': 0')
      .replace(/: True/g, ': False')
      .replace(/Id: 0,/g, `Id: ${zero},`)
      .replace(/billTypeId: 0+/, 'billTypeId: 0')
      .replace(/\bid: 0,/g, `id: ${zero},`);
    const reading = jsv(sample);
    expect(reading).toMatchObject({
      ok: true,
      foreign: { name: 'String', testMode: false, checks: { tokens: false } },
    });
    expect(reading.ok && Object.keys(reading.foreign.checks)).toEqual(['tokens']);
  });

  it.each([
    ['capitals', (name: string) => name.toUpperCase()],
    ['the table’s spelling', (name: string) => name.charAt(0).toUpperCase() + name.slice(1)],
  ])('the same in %s', (_case, spell) => {
    expect(foreignOf('paylock', respelled(PAYLOCK_JSON, spell))).toMatchObject(said);
  });

  const nested = (list: string, member: string, value: JsonValue): [string, object, string] => [
    `${list}.${member}`,
    { [list]: [{ [member]: value }] },
    `/${list}/0/${member}`,
  ];
  it.each<[string, object, string]>([
    ['no name', { displayName: undefined }, '/displayName'],
    ['an empty name', { displayName: '' }, '/displayName'],
    ['name of 51', { displayName: 'x'.repeat(51) }, '/displayName'],
    ['name as a list', { displayName: [] }, '/displayName'],
    ['customerId', { customerId: '123' }, '/customerId'],
    ['id', { id: 'not a guid' }, '/id'],
    ['testMode of 2', { testMode: 2 }, '/testMode'],
    ['testMode as true', { testMode: true }, '/testMode'],
    ['allowToken', { allowToken: 'yes' }, '/allowToken'],
    ['maxPaymentAmount', { maxPaymentAmount: 'much' }, '/maxPaymentAmount'],
    ['a negative minimum', { minPaymentAmount: -1 }, '/minPaymentAmount'],
    ['a maximum below the minimum', { maxPaymentAmount: '1.49' }, '/maxPaymentAmount'],
    ['merchantId', { merchantId: {} }, '/merchantId'],
    ['merchantKey', { merchantKey: ['k3y, with'] }, '/merchantKey'],
    ['merchantPin', { merchantPin: { pin: '98765' } }, '/merchantPin'],
    ['billTypes', { billTypes: 'x' }, '/billTypes'],
    ['applications', { applications: {} }, '/applications'],
    nested('billTypes', 'id', 'x'),
    nested('billTypes', 'paymentGatewayId', 'x'),
    nested('billTypes', 'billTypeId', 1.5),
    nested('billTypes', 'applyConvenienceFee', 'x'),
    nested('applications', 'id', 'x'),
    nested('applications', 'paymentGatewayId', 'x'),
    nested('applications', 'applicationId', 'x'),
    nested('applications', 'isActive', 1),
    nested('applications', 'primaryPaymentVenue', 'x'),
    nested('paymentTypes', 'id', 'x'),
    nested('paymentTypes', 'paymentGatewayId', 'x'),
    nested('paymentTypes', 'paymentType', []),
    nested('convenienceFees', 'id', 'x'),
    nested('convenienceFees', 'paymentGatewayId', 'x'),
    nested('convenienceFees', 'paymentType', {}),
    nested('convenienceFees', 'minRange', 'x'),
    nested('convenienceFees', 'maxRange', -1),
    nested('convenienceFees', 'feeAmount', true),
    nested('convenienceFees', 'applyAtPaymentOfBoot', 'x'),
    nested('convenienceFees', 'applyAtPaymentOfNotice', 'x'),
    nested('convenienceFees', 'applyAtPaymentOfTow', 'x'),
    nested('convenienceFees', 'totalPaymentAmount', 'x'),
    nested('convenienceFees', 'applyConvenienceFee', 'x'),
    ['an empty range', { convenienceFees: [{ minRange: 10, maxRange: 9.99 }] }, '/convenienceFees/0/maxRange'],
  ])('refuse %s', (_name, broken, field) => {
    expect(refusalOf('paylock', { ...PAYLOCK_JSON, ...broken })).toMatchObject({ code: 'invalid', fields: [field] });
  });

  it('a fee that does not apply is not expected', () => {
    const fees = [{ feeAmount: 1, applyConvenienceFee: false }, { feeAmount: 2 }];
    expect(foreignOf('paylock', { ...PAYLOCK_JSON, convenienceFees: fees }).checks.convenienceFees).toEqual([
      { feeAmount: '2' },
    ]);
  });

  it('amounts keep their digits', () => {
    const long = PAYLOCK_JSV.replace('500.00', '12345678901234567.89');
    expect(jsv(long)).toMatchObject({ ok: true, foreign: { checks: { maxAmount: '12345678901234567.89' } } });
    const inJson = JSON.stringify(PAYLOCK_JSON).replace(
      '"maxPaymentAmount":500',
      '"maxPaymentAmount":12345678901234567.89',
    );
    expect(readShape('paylock', 'application/json', bytes(inJson))).toMatchObject({
      ok: true,
      foreign: { checks: { maxAmount: '12345678901234567.89' } },
    });
  });

  it('broken JSV is said with its place, and not quoted', () => {
    const reading = jsv(`${PAYLOCK_JSV.slice(0, -3)}`);
    expect(reading).toMatchObject({
      ok: false,
      code: 'invalid_jsv',
      detail: expect.stringMatching(/at character \d+/),
    });
    expectNoSecret(reading);
  });
});

describe('payment processors', () => {
  it('the example request: 1 is CyberSource', () => {
    const { document, omitted, secrets, fields, ...said } = foreignOf('payment-processor', PROCESSOR);
    expect(said).toEqual({
      ...{
        kind: 'payment-processor',
        gateway: 'cybersource',
        id: PROCESSOR['id'],
        owner: PROCESSOR['companyProjectId'],
      },
      ...{ name: PROCESSOR['name'], settings: { merchantId: 'merchant_12345' }, active: true, checks: {} },
    });
    expect(Object.keys(secrets)).toEqual(['restKey']);
    expect(omitted).toEqual([]);
    expect(document).toEqual({ ...PROCESSOR, settingsJson: '{"merchantId":"merchant_12345"}' });
    expect(Object.keys(document)).toEqual(Object.keys(PROCESSOR));
    expectNoSecret(document);
    expect(fields['/secrets/restKey']).toBe('/settingsJson/sharedSecretKey');
  });

  it('{} misses every field', () => {
    const refusal = refusalOf('payment-processor', {});
    expect(refusal.code).toBe('bad_request');
    expect(refusal.fields).toEqual(
      Object.keys(PROCESSOR)
        .map((name) => `/${name}`)
        .sort(byManual),
    );
    const nothing = Object.fromEntries(Object.keys(PROCESSOR).map((name) => [name, null]));
    expect(refusalOf('payment-processor', nothing).fields.length).toBe(7);
  });
  const order = ['/id', '/name', '/gateway', '/companyProjectId', '/paymentType', '/settingsJson', '/isActive'];
  const byManual = (a: string, b: string) => order.indexOf(a) - order.indexOf(b);

  it.each(Object.keys(PROCESSOR))('%s must be given', (name) => {
    for (const gone of [undefined, null, '']) {
      expect(refusalOf('payment-processor', { ...PROCESSOR, [name]: gone })).toMatchObject({
        code: 'bad_request',
        fields: [`/${name}`],
      });
    }
  });

  it.each([
    ['CyberSource', 'cybersource'],
    ['PayPal', 'paypal'],
    ['Amazon', 'amazon-pay'],
    ['paypal', 'paypal'],
    [1, 'cybersource'],
  ])('gateway %s', (gateway, ours) => {
    expect(foreignOf('payment-processor', { ...PROCESSOR, gateway, settingsJson: '{}' }).gateway).toBe(ours);
  });

  it.each([0, 2, 3, -1, 1.5, '1', 'Stripe', true, {}])('gateway %j is refused with the names allowed', (gateway) => {
    const refusal = refusalOf('payment-processor', { ...PROCESSOR, gateway });
    expect(refusal).toMatchObject({ code: 'invalid', fields: ['/gateway'] });
    expect(refusal.detail).toMatch(/CyberSource, PayPal or Amazon/);
  });

  it.each<[string, object, string, string]>([
    ['id', { id: '9ba85f64' }, '/id', 'invalid'],
    ['name of 51', { name: 'x'.repeat(51) }, '/name', 'bad_request'],
    ['companyProjectId', { companyProjectId: 'x' }, '/companyProjectId', 'invalid'],
    ['paymentType 2', { paymentType: 2 }, '/paymentType', 'invalid'],
    ['paymentType', { paymentType: 'Cash' }, '/paymentType', 'invalid'],
    ['isActive', { isActive: 'true' }, '/isActive', 'invalid'],
    ['settingsJson as an object', { settingsJson: { apiKey: 'new_xyz789' } }, '/settingsJson', 'bad_request'],
    ['settingsJson that is cut', { settingsJson: '{"apiKey":"new_xyz789' }, '/settingsJson', 'bad_request'],
    ['settingsJson that is a list', { settingsJson: '["new_secret"]' }, '/settingsJson', 'bad_request'],
    ['half a key', { settingsJson: '{"apiKey":"new_xyz789"}' }, '/settingsJson/sharedSecretKey', 'bad_request'],
    ['merchantId', { settingsJson: '{"MerchantID":7}' }, '/settingsJson/MerchantID', 'bad_request'],
    ['twice', { settingsJson: '{"apiKey":"new_xyz789","APIKEY":"a"}' }, '/settingsJson/APIKEY', 'bad_request'],
    [
      'a webhook key',
      { settingsJson: '{"webhookKeys":[{"keyId":"k","key":"new_secret"}]}' },
      '/settingsJson/webhookKeys/0/key',
      'bad_request',
    ],
    [
      "PayPal's environment",
      { gateway: 'PayPal', settingsJson: '{"environment":"test"}' },
      '/settingsJson/environment',
      'bad_request',
    ],
    [
      "Amazon's topic",
      { gateway: 'Amazon', settingsJson: '{"topicArns":["x"]}' },
      '/settingsJson/topicArns/0',
      'bad_request',
    ],
  ])('refuse %s', (_name, broken, field, code) => {
    const refusal = refusalOf('payment-processor', { ...PROCESSOR, ...broken });
    expect(refusal.fields).toContain(field);
    expect(refusal.fields.every((found) => found.startsWith(`/${field.split('/')[1]}`))).toBe(true);
    expect(refusal.code).toBe(code);
  });

  it('members of settingsJson that are not known are secrets', () => {
    const settingsJson = '{"environment":"sandbox","clientId":"c","ClientSecret":"new_secret","note":"new_xyz789"}';
    const foreign = foreignOf('payment-processor', { ...PROCESSOR, gateway: 'PayPal', settingsJson });
    expect(foreign.document['settingsJson']).toBe('{"environment":"sandbox","clientId":"c"}');
    expect(Object.keys(foreign.secrets)).toEqual(['clientSecret']);
    expect(foreign.omitted).toEqual(['/settingsJson/note']);
    expect(foreign.testMode).toBe(true);
  });

  it.each<[string, string, object, object]>([
    [
      'CyberSource',
      'cybersource',
      {
        ...{ organizationId: 'o', merchantId: 'm', payloadScheme: 'body', toleranceSeconds: 900 },
        ...{ apiHost: 'api.in.cybersource.com', chargebackSummaries: true, requestsPerMinute: 30, webhookId: 'w' },
        ...{ webhookKeyExpiresAt: '2027-01-01T00:00:00Z', products: [{ productId: 'p', eventTypes: ['e'] }] },
      },
      {
        webhookKeys: [{ keyId: 'k', key: `${'A'.repeat(43)}=` }],
        restKey: { keyId: 'r', key: 'new_secret' },
        mlePrivateKey: PEM,
      },
    ],
    [
      'PayPal',
      'paypal',
      {
        ...{ webhookId: '96605875FF6516633', environment: 'sandbox', clientId: 'c', merchantId: 'M' },
        ...{ fetchBeforeMoney: false, toleranceSeconds: 900, apiHost: 'api.example.com' },
        ...{ certificateAuthorities: [CERTIFICATE], requestsPerMinute: 30 },
      },
      { clientSecret: 'new_secret' },
    ],
    [
      'Amazon',
      'amazon-pay',
      {
        ...{ merchantId: 'M', topicArns: ['arn:aws:sns:eu-west-1:598607868003:t'], region: 'eu' },
        ...{ publicKeyId: 'p', environment: 'sandbox', apiHost: 'api.example.com' },
        ...{ certificateAuthorities: [CERTIFICATE], confirmSubscriptions: 'auto', acceptSha1: false },
        limits: { perMinute: 9 },
      },
      { privateKey: PEM },
    ],
  ])('every setting and secret that %s has', (gateway, ours, settings, secrets) => {
    // All of them: a new one has its row here.
    const names = GATEWAY_SETTINGS[ours]?.names;
    expect(Object.keys(settings).sort()).toEqual(names?.settings.toSorted());
    const secretOnly = names?.secrets.filter((name) => !names.settings.includes(name));
    expect(Object.keys(secrets).sort()).toEqual(secretOnly?.sort());
    const document = { ...PROCESSOR, gateway, settingsJson: JSON.stringify({ ...settings, ...secrets }) };
    const foreign = foreignOf('payment-processor', document);
    expect(foreign).toMatchObject({ gateway: ours, settings, secrets, omitted: [] });
    // What is written again is read as the same: all but the secrets.
    expect(foreign.document).toEqual({ ...document, settingsJson: JSON.stringify(settings) });
    expect(foreignOf('payment-processor', foreign.document).settings).toEqual(foreign.settings);
    expectNoSecret(foreign.document);
  });

  it.each(['apiKey', 'sharedSecretKey'])('the REST key is not said whole and as %s', (part) => {
    const settingsJson = JSON.stringify({ RestKey: { keyId: 'r', key: 'new_secret' }, [part]: 'new_xyz789' });
    const refusal = refusalOf('payment-processor', { ...PROCESSOR, settingsJson });
    expect(refusal.fields).toContain(`/settingsJson/${part}`);
  });

  it.each([
    ['capitals', (name: string) => name.toUpperCase()],
    ['small letters', (name: string) => name.toLowerCase()],
  ])('the same in %s', (_case, spell) => {
    const odd = foreignOf('payment-processor', respelled(PROCESSOR, spell));
    expect(odd).toMatchObject({ gateway: 'cybersource', active: true, settings: { merchantId: 'merchant_12345' } });
    expect(odd.document[spell('settingsJson')]).toBe('{"merchantId":"merchant_12345"}');
  });
});

describe('any shape', () => {
  const KINDS = ['ixopay', 'paylock', 'payment-processor'] as const;

  it.each(KINDS)('%s takes any bytes without a crash', (kind) => {
    const type = fc.constantFrom('application/json', 'text/jsv', undefined, 'text/html');
    fc.assert(
      fc.property(fc.uint8Array(), type, (body, contentType) => readShape(kind, contentType, body).ok === false),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        readShape(kind, 'application/json', bytes(text));
      }),
    );
  });

  it.each(KINDS)('%s takes any value in any known place without a crash', (kind) => {
    const example = { ixopay: IXOPAY_A, paylock: PAYLOCK_JSON, 'payment-processor': PROCESSOR }[kind];
    const names = fc.constantFrom(...Object.keys(example));
    fc.assert(
      fc.property(names, fc.jsonValue(), (name, value) => {
        const reading = read(kind, { ...example, [name]: value });
        if (reading.ok) expectNoSecret(reading.foreign.document);
        else
          expect(
            reading.problems.every(
              ({ field }) =>
                field.startsWith(`/${name}`) ||
                field === '/method' ||
                field === '/adapter' ||
                field.startsWith('/settingsJson') ||
                field.endsWith('Amount'),
            ),
          ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['application/json', '{', 'invalid_json'],
    ['application/json', '['.repeat(200_000), 'invalid_json'],
    ['application/json', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'invalid'],
    ['application/json', 'null', 'invalid'],
    ['application/json', '[]', 'invalid'],
    ['text/xml', '{}', 'wrong_content_type'],
    ['application/json; charset=latin1', '{}', 'wrong_content_type'],
    ['application/json', `"${'x'.repeat(1_048_576)}"`, 'body_too_large'],
  ])('%s case %#', (type, text, code) => {
    expect(readShape('ixopay', type, bytes(text))).toMatchObject({ ok: false, code });
  });

  it('JSV is Paylock’s', () => {
    expect(readShape('ixopay', 'text/jsv', bytes('{name:abc}'))).toMatchObject({ code: 'wrong_content_type' });
    expect(readShape('paylock', 'text/jsv; charset=utf-8', bytes('{displayName:abc}')).ok).toBe(true);
  });

  it('is recognized by its members', () => {
    expect([IXOPAY_A, IXOPAY_C, { success: true, connector: IXOPAY_A }].map(guessShape)).toEqual([
      'ixopay',
      'ixopay',
      'ixopay',
    ]);
    expect([PAYLOCK_JSON, PROCESSOR, {}, { apiKey: 'a', displayName: 'b' }].map(guessShape)).toEqual([
      'paylock',
      'payment-processor',
      undefined,
      undefined,
    ]);
  });
});
