import type { JsonValue } from '#shared/model/fact.ts';

type Members = { readonly [name: string]: JsonValue };

/** First example of IXOPAY's updateConnector; its secrets are those that the manual prints. */
export const IXOPAY_A: Members = {
  guid: 'CO-1234-1234-1234-1234-1234-1234',
  name: 'SimulatorConnector A',
  adapter: 'Simulator',
  method: 'Credit Card',
  apiKey: 'sim-connector-a',
  publicIntegrationKey: '4nhDxztY3bBeozkyd7Zs',
  sharedSecret: 'OsEPpNrSr8hxYR3BO0F73YXMvMdDsM',
  archived: true,
  businessCountry: 'AT',
  config: {
    username: 'asmith',
    password: 'supersecure1',
    apiSecret: 'ljkllLkklmKLlk3',
    extraData: null,
    language: 'de',
    testMode: true,
    vault: {},
  },
  createdAt: '2001-02-03T04:05:06+02:00',
  customerProfileContainer: 0,
  defaultRiskRuleSet: 0,
  description: 'string',
  disabled: false,
  disabledTransactionTypes: ['initial_debit'],
  merchantGuid: 'ME-1234-1234-1234-1234-1234-1234',
  isMetaConnector: false,
  postbackFormat: 'inherit',
  provider: 'string',
  scheduleApiAvailable: true,
  virtualTerminalAvailable: true,
  vtRiskRuleSet: 0,
  settings: { 'tx:expiration-minutes': '900', 'refund:ui-enabled': '1' },
  alias: 'string',
  terminals: [{ terminalId: 'string', disabled: true }],
  routingMetaConnector: { defaultConnector: 'string', reRouteRecurring: false },
  multiMethodMetaConnector: { defaultActionDisableConnector: true, retries: 0, expiry: 0 },
};

/** The second, which spells some names differently. */
export const IXOPAY_C: Members = {
  guid: 'CO-4321-4321-4321-4321-4321-4321',
  name: 'SimulatorConnector C',
  Adapter: 'Simulator',
  method: 'Creditcard',
  APIKey: 'sim-connector-c',
  publicIntegrationKey: 'XTcSyLgJ04b7cHkvKScG',
  sharedSecret: 'V0WkgQPsHAUH4iXCsqWGYDeFKc4O6G',
  archived: false,
  businessCountry: 'DE',
  config: {
    username: 'new-uname',
    password: 'new-pw',
    APISecret: 'new-sikret',
    extraData: { setting: 'test' },
    language: 'de',
    testMode: false,
  },
  createdAt: '2020-12-16T09:57:14+00:00',
  customerProfileContainer: null,
  defaultRiskRuleSet: 213,
  description: 'My test Connector',
  disabled: false,
  disabledTransactionTypes: ['refund'],
  MerchantGUID: 'ME-1234-1234-1234-1234-1234-1234',
  isMetaConnector: false,
  postbackFormat: 'inherit',
  provider: 'PR-1234-1234-1234-1234-1234',
  alias: 'default',
  scheduleAPIAvailable: true,
  virtualTerminalAvailable: true,
  vtRiskRuleSet: null,
  terminals: [{ terminalId: 'ID-0001', disabled: false }],
  settings: { 'tx:expiration-minutes': 100 },
};

export const PAYLOCK_ID = '6f9619ff8b86d011b42d00cf4fc964ff';
export const PAYLOCK_CUSTOMER = '0e984725c51c4bf4996030f4f9b1b2c3';

/** The body of Paylock's PUT as its manual prints it, its placeholders filled. */
export const PAYLOCK_JSV = `{
customerId: ${PAYLOCK_CUSTOMER},
id: ${PAYLOCK_ID},
merchantId: M-77,
merchantKey: "k3y, with ""quotes""",
merchantPin: 98765,
displayName: "Front desk, main street",
testMode: 1,
allowToken: True,
maxPaymentAmount: 500.00,
minPaymentAmount: 1.50,
billTypes:
[
{
id: 11111111111111111111111111111111,
paymentGatewayId: ${PAYLOCK_ID},
billTypeId: 3,
applyConvenienceFee: False
}
],
applications:
[
{
id: 22222222222222222222222222222222,
paymentGatewayId: ${PAYLOCK_ID},
applicationId: 33333333333333333333333333333333,
isActive: True,
primaryPaymentVenue: False
}
],
paymentTypes:
[
{
id: 44444444444444444444444444444444,
paymentGatewayId: ${PAYLOCK_ID},
paymentType: CreditCard
}
],
convenienceFees:
[
{
id: 55555555555555555555555555555555,
paymentGatewayId: ${PAYLOCK_ID},
paymentType: CreditCard,
minRange: 0,
maxRange: 99.99,
feeAmount: 2.50,
applyAtPaymentOfBoot: True,
applyAtPaymentOfNotice: False,
applyAtPaymentOfTow: False,
totalPaymentAmount: 0,
applyConvenienceFee: True
}
]
}`;

const nested = { paymentGatewayId: PAYLOCK_ID };

/** The same in JSON. */
export const PAYLOCK_JSON: Members = {
  customerId: PAYLOCK_CUSTOMER,
  id: PAYLOCK_ID,
  merchantId: 'M-77',
  merchantKey: 'k3y, with "quotes"',
  merchantPin: '98765',
  displayName: 'Front desk, main street',
  testMode: 1,
  allowToken: true,
  maxPaymentAmount: 500,
  minPaymentAmount: 1.5,
  billTypes: [{ id: '11111111111111111111111111111111', ...nested, billTypeId: 3, applyConvenienceFee: false }],
  applications: [
    {
      id: '22222222222222222222222222222222',
      ...nested,
      applicationId: '33333333333333333333333333333333',
      isActive: true,
      primaryPaymentVenue: false,
    },
  ],
  paymentTypes: [{ id: '44444444444444444444444444444444', ...nested, paymentType: 'CreditCard' }],
  convenienceFees: [
    {
      id: '55555555555555555555555555555555',
      ...nested,
      paymentType: 'CreditCard',
      minRange: 0,
      maxRange: 99.99,
      feeAmount: 2.5,
      applyAtPaymentOfBoot: true,
      applyAtPaymentOfNotice: false,
      applyAtPaymentOfTow: false,
      totalPaymentAmount: 0,
      applyConvenienceFee: true,
    },
  ],
};

/** The example request of the payment processors' PUT. */
export const PROCESSOR: Members = {
  id: '9ba85f64-5717-4562-b3fc-2c963f66afa7',
  name: 'Production CyberSource - Rotated Keys',
  gateway: 1,
  companyProjectId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  paymentType: 1,
  settingsJson: '{"merchantId":"merchant_12345","apiKey":"new_xyz789","sharedSecretKey":"new_secret"}',
  isActive: true,
};

/** Values that must never be seen again. */
export const SECRETS: readonly string[] = [
  ...['OsEPpNrSr8hxYR3BO0F73YXMvMdDsM', 'supersecure1', 'ljkllLkklmKLlk3'],
  ...['V0WkgQPsHAUH4iXCsqWGYDeFKc4O6G', 'new-pw', 'new-sikret'],
  ...['k3y, with', '98765', 'new_xyz789', 'new_secret'],
];

/** Its names in another case. */
export function respelled(value: JsonValue, spell: (name: string) => string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => respelled(item, spell));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [spell(name), respelled(inner, spell)]));
}
