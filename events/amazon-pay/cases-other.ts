import type { SampleCase } from './cases.ts';
import { TOPIC } from './connectors.ts';
import { CHARGE, ipn, PERMISSION, price, REFUND, SUBSCRIPTION } from './shapes.ts';

const REFUND_DECLINED = `${PERMISSION}-R027713`;
const RECURRING = 'S01-4821190-6613078';
const TOKEN = '2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92768dd60a747ba6f3beb71854e285d6ad02428b09ceece29417f1f02d609c582a';

const hintOf = (id: string, kind: string, as: string) => ({
  ...{ type: 'transaction', id, kind, status: 'PENDING', hint: true, ask: { as } },
});

function refundObject(refundId: string, [state, lastUpdatedTimestamp, reasonCode]: readonly [string, string, string?]) {
  return {
    refundId,
    chargeId: CHARGE,
    creationTimestamp: '20261010T100000Z',
    refundAmount: price('30.00'),
    softDescriptor: 'Acme',
    statusDetails: { state, reasonCode: reasonCode ?? null, reasonDescription: null, lastUpdatedTimestamp },
    releaseEnvironment: 'Sandbox',
  };
}

function refundCase(
  sample: Pick<SampleCase, 'name' | 'about' | 'timestamp' | 'version'>,
  id: string,
  state: readonly [string, string, string?],
  expected: Readonly<Record<string, unknown>>,
): SampleCase {
  return {
    ...sample,
    id: SUBSCRIPTION,
    message: ipn('REFUND', id),
    expect: [hintOf(id, 'refund', 'refund')],
    answers: [
      {
        request: `GET /v2/refunds/${id}`,
        declared: { as: 'refund', id },
        body: refundObject(id, state),
        expect: [
          {
            ...{ type: 'transaction', id, kind: 'refund', original: CHARGE, link: 'reference', amount: '30.00 EUR' },
            ...expected,
          },
        ],
      },
    ],
  };
}

const REFUNDS: readonly SampleCase[] = [
  refundCase(
    { name: '20-refund-initiated', about: 'A part is to be refunded.', timestamp: '2026-10-10T10:00:02.000Z' },
    REFUND,
    ['RefundInitiated', '20261010T100000Z'],
    { status: 'PENDING', final: false, pendingReason: 'async' },
  ),
  refundCase(
    { name: '21-refund-refunded', about: 'It is refunded.', timestamp: '2026-10-10T14:10:05.000Z', version: '1' },
    REFUND,
    ['Refunded', '20261010T141000Z'],
    { status: 'FINISHED', final: true, gatewayTime: '2026-10-10T14:10:00.000Z' },
  ),
  refundCase(
    { name: '22-refund-declined', about: 'Another refund is declined.', timestamp: '2026-10-11T09:00:05.000Z' },
    REFUND_DECLINED,
    ['Declined', '20261011T090000Z', 'AmazonRejected'],
    { status: 'ERROR', final: true, errorClass: 'configuration', errorCode: 'AmazonRejected', advice: 'retry_later' },
  ),
];

function permissionCase(
  sample: Pick<SampleCase, 'name' | 'about' | 'timestamp'>,
  id: string,
  [state, updated, reason]: readonly [string, string, string?],
  expected: readonly Readonly<Record<string, unknown>>[],
): SampleCase {
  const [order, schedule] = expected;
  return {
    ...sample,
    id: SUBSCRIPTION,
    message: ipn('CHARGE_PERMISSION', id),
    expect: [hintOf(id, 'order', 'chargePermission')],
    answers: [
      {
        request: `GET /v2/chargePermissions/${id}`,
        declared: { as: 'chargePermission', id },
        body: {
          chargePermissionId: id,
          chargePermissionReferenceId: null,
          chargePermissionType: id === RECURRING ? 'Recurring' : 'OneTime',
          limits: { amountLimit: price('200.00'), amountBalance: price('100.00') },
          merchantMetadata: { merchantReferenceId: 'ORDER-1001', merchantStoreName: 'Acme' },
          statusDetails: {
            state,
            reasons: reason === undefined ? null : [{ reasonCode: reason, reasonDescription: 'As it says.' }],
            lastUpdatedTimestamp: updated,
          },
          creationTimestamp: '20261001T085900Z',
          expirationTimestamp: '20270330T085900Z',
          releaseEnvironment: 'Sandbox',
          presentmentCurrency: 'EUR',
        },
        expect: [
          { type: 'transaction', id, kind: 'order', amount: null, merchantReference: 'ORDER-1001', ...order },
          ...(schedule === undefined ? [] : [{ type: 'schedule', id, ...schedule }]),
        ],
      },
    ],
  };
}

const PERMISSIONS: readonly SampleCase[] = [
  permissionCase(
    { name: '30-permission-chargeable', about: 'The buyer may be charged.', timestamp: '2026-10-01T08:59:30.000Z' },
    PERMISSION,
    ['Chargeable', '20261001T085929Z'],
    [{ status: 'FINISHED', final: false }],
  ),
  permissionCase(
    { name: '31-permission-not-chargeable', about: 'For now he may not.', timestamp: '2026-10-12T08:00:00.000Z' },
    PERMISSION,
    ['NonChargeable', '20261012T075959Z', 'PaymentMethodInvalid'],
    [{ status: 'PENDING', final: false }],
  ),
  permissionCase(
    { name: '32-permission-closed', about: 'The permission ends.', timestamp: '2026-10-20T08:00:00.000Z' },
    PERMISSION,
    ['Closed', '20261020T075959Z', 'MerchantClosed'],
    [{ status: 'FINISHED', final: true }],
  ),
  permissionCase(
    { name: '33-recurring-chargeable', about: 'A recurring permission.', timestamp: '2026-10-01T12:00:00.000Z' },
    RECURRING,
    ['Chargeable', '20261001T115959Z'],
    [{ status: 'FINISHED' }, { status: 'ACTIVE', gatewayTime: '2026-10-01T11:59:59.000Z', testMode: true }],
  ),
  permissionCase(
    { name: '34-recurring-not-chargeable', about: 'It pauses.', timestamp: '2026-11-01T12:00:00.000Z' },
    RECURRING,
    ['NonChargeable', '20261101T115959Z', 'PaymentMethodExpired'],
    [{ status: 'PENDING' }, { status: 'PAUSED' }],
  ),
  permissionCase(
    { name: '35-recurring-closed', about: 'The buyer ends it.', timestamp: '2026-11-10T12:00:00.000Z' },
    RECURRING,
    ['Closed', '20261110T115959Z', 'BuyerCanceled'],
    [{ status: 'FINISHED', final: true }, { status: 'CANCELLED' }],
  ),
];

const NOTICES: readonly SampleCase[] = [
  {
    name: '40-permission-attribute-change',
    about: 'The buyer changed something; what, is not said.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-15T12:00:00.000Z',
    message: ipn('CHARGE_PERMISSION', RECURRING, { NotificationType: 'ATTRIBUTE_CHANGE' }),
    expect: [
      hintOf(RECURRING, 'order', 'chargePermission'),
      { type: 'notice', status: 'RECEIVED', reason: 'attribute_changed', related: RECURRING },
    ],
  },
  {
    name: '41-chargeback-of-the-charge',
    about: 'A chargeback that names the charge.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-25T06:00:00.000Z',
    message: ipn('CHARGEBACK', CHARGE),
    expect: [
      {
        ...{ type: 'transaction', id: `${CHARGE}~chargeback-1`, kind: 'chargeback', status: 'PENDING', hint: null },
        ...{ amount: null, original: CHARGE, link: 'chargeback', anomalies: ['missing amount'] },
      },
      { type: 'notice', status: 'RECEIVED', reason: 'chargeback_amount_unknown', related: CHARGE },
    ],
  },
  {
    name: '42-chargeback-of-its-own',
    about: 'A chargeback with an id of its own: unlinked, because a permission may have many charges.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-26T06:00:00.000Z',
    message: ipn('CHARGEBACK', 'CB-77120034', { ChargePermissionId: PERMISSION }),
    expect: [
      {
        ...{ type: 'transaction', id: 'CB-77120034', kind: 'chargeback', status: 'PENDING', hint: null },
        ...{ amount: null, original: null },
      },
      { type: 'notice', status: 'RECEIVED', reason: 'chargeback_amount_unknown', related: PERMISSION },
    ],
  },
  {
    name: '43-unknown-object',
    about: 'An object that no page of the manual has.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-26T07:00:00.000Z',
    message: ipn('PAYOUT', 'PO-1'),
    expect: [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'unknown_object_type' }],
  },
  {
    name: '44-legacy-v1',
    about: 'A notification of the old integration, with XML inside.',
    version: '1',
    id: SUBSCRIPTION,
    timestamp: '2026-10-26T08:00:00.000Z',
    message: {
      NotificationReferenceId: '32d195c3-a829-4222-b1e2-14ab28909513',
      NotificationType: 'PaymentCapture',
      SellerId: 'A3ACMEMERCHANT',
      ReleaseEnvironment: 'Sandbox',
      Version: '2013-01-01',
      NotificationData: '<?xml version="1.0" encoding="UTF-8"?><CaptureNotification/>',
      Timestamp: '2026-10-26T07:59:58Z',
    },
    expect: [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'legacy_notification' }],
  },
  {
    name: '45-no-json',
    about: 'Somebody tested the topic by hand: a subject that is empty, line feeds, and no JSON.',
    id: SUBSCRIPTION,
    timestamp: '2026-10-26T09:00:00.000Z',
    subject: '',
    message: 'Just a test of the topic.\nMessageId\nÄöü €',
    expect: [{ type: 'notice', status: 'UNRECOGNIZED', reason: 'unreadable_message' }],
  },
  {
    name: '46-with-a-subject',
    about: 'A subject is signed, too.',
    version: '1',
    id: SUBSCRIPTION,
    timestamp: '2026-10-26T10:00:00.000Z',
    subject: 'Amazon Pay notification',
    message: ipn('REFUND', REFUND),
    expect: [hintOf(REFUND, 'refund', 'refund')],
  },
];

const SUBSCRIBED = `You have chosen to subscribe to the topic ${TOPIC}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
const CONFIRMED = `<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <ConfirmSubscriptionResult>
    <SubscriptionArn>${TOPIC}:${SUBSCRIPTION}</SubscriptionArn>
  </ConfirmSubscriptionResult>
  <ResponseMetadata>
    <RequestId>075ecce8-8dac-11e1-bf80-f781d96e9307</RequestId>
  </ResponseMetadata>
</ConfirmSubscriptionResponse>
`;
/** SHA-256 over the topic and the token, each behind its length. */
const SUBSCRIPTION_NOTICE = 'subscription-BKeJfcjlgjH6hawTZ2_z_R8qppEcW0Ja1JlJjy7PcyE';

const SUBSCRIPTIONS: readonly SampleCase[] = [
  {
    name: '50-subscription-for-the-operator',
    about: 'The callback URL was subscribed; an operator has to confirm it.',
    type: 'SubscriptionConfirmation',
    id: SUBSCRIPTION,
    timestamp: '2026-09-30T12:00:00.000Z',
    token: TOKEN,
    message: SUBSCRIBED,
    expect: [
      {
        ...{ type: 'notice', id: SUBSCRIPTION_NOTICE, status: 'RECEIVED', reason: 'subscription_confirmation' },
        ask: null,
      },
    ],
  },
  {
    name: '51-subscription-confirmed-here',
    about: 'The connector confirms it by itself.',
    connector: 'acme-amazon-pay-auto',
    type: 'SubscriptionConfirmation',
    version: '1',
    id: SUBSCRIPTION,
    timestamp: '2026-09-30T12:00:01.000Z',
    token: TOKEN,
    message: SUBSCRIBED,
    expect: [
      {
        ...{ type: 'notice', id: SUBSCRIPTION_NOTICE, status: 'RECEIVED', reason: 'subscription_confirmation' },
        ask: { as: 'subscription' },
      },
    ],
    answers: [
      {
        request: `GET /?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(TOPIC)}&Token=${TOKEN}`,
        declared: { as: 'subscription', id: SUBSCRIPTION_NOTICE },
        body: CONFIRMED,
        expect: [
          { type: 'notice', id: SUBSCRIPTION_NOTICE, status: 'RESOLVED', reason: 'subscription_confirmation' },
        ],
      },
    ],
  },
  {
    name: '52-unsubscribed',
    about: 'Somebody ended the subscription.',
    type: 'UnsubscribeConfirmation',
    id: SUBSCRIPTION,
    timestamp: '2026-11-20T12:00:00.000Z',
    token: TOKEN,
    message: `You have chosen to deactivate subscription ${TOPIC}:${SUBSCRIPTION}.`,
    expect: [{ type: 'notice', status: 'RECEIVED', reason: 'unsubscribe_confirmation', ask: null }],
  },
];

export const OTHER_CASES: readonly SampleCase[] = [...REFUNDS, ...PERMISSIONS, ...NOTICES, ...SUBSCRIPTIONS];
