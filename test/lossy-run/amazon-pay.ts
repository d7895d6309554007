import { sign } from 'node:crypto';
import { makeTestCertificate } from '#shared/gateways/certificates.testing.ts';
import { decimal, type Expected, type GatewayScripts, minute, only, type Story } from './story.ts';

const CONNECTOR = 'acme-amazon';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:LossyRunTopic';
const CERT_URL = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';
const MERCHANT = 'A1LOSSYRUN';

const authority = makeTestCertificate('Lossy Run Amazon Root', { ca: true });
const signer = makeTestCertificate('sns.amazonaws.com', { issuer: authority });
const merchantKey = makeTestCertificate('merchant').key;

let messages = 0;

/** A message of SNS, signature version 2 (wire 4.1). */
function notified(n: number, at: number, about: string, ObjectType: string, permission: string) {
  messages += 1;
  const MessageId = `00000000-aaaa-bbbb-cccc-${String(messages).padStart(12, '0')}`;
  const Message = JSON.stringify({
    ...{ MerchantID: MERCHANT, ObjectType, ObjectId: about, ChargePermissionId: permission },
    ...{ NotificationType: 'STATE_CHANGE', NotificationId: `N-${messages}`, NotificationVersion: 'V2' },
  });
  const signed = { Message, MessageId, Timestamp: minute(n, at), TopicArn: TOPIC, Type: 'Notification' };
  const text = Object.entries(signed)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  const body = {
    ...signed,
    ...{ SignatureVersion: '2', Signature: sign('sha256', Buffer.from(text), signer.key).toString('base64') },
    SigningCertURL: CERT_URL,
  };
  return {
    about,
    callback: {
      ...{ method: 'POST', path: `/callbacks/${CONNECTOR}`, rawQuery: '', body: Buffer.from(JSON.stringify(body)) },
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
    },
  };
}

const money = (minor: number) => ({ amount: decimal(minor), currencyCode: 'EUR' });

function charge(n: number, chargeId: string, permission: string, state: string, minor: number, more: object = {}) {
  return {
    ...{ chargeId, chargePermissionId: permission, chargeAmount: money(minor), ...more },
    creationTimestamp: minute(n, 0).replace(/[-:]|\.\d{3}/g, ''),
    statusDetails: { state, lastUpdatedTimestamp: minute(n, 10).replace(/[-:]|\.\d{3}/g, ''), reasonCode: null },
    merchantMetadata: { merchantReferenceId: `AP-${n}` },
  };
}

type Told = Omit<Story, 'connectorId'>;

function story(n: number): Told {
  const permission = `S02-0000001-${String(n).padStart(7, '0')}`;
  const [id, refundId] = [`${permission}-C000001`, `${permission}-R000001`];
  const minor = 3_000 + n;
  const steps = [notified(n, 0, id, 'CHARGE', permission), notified(n, 10, id, 'CHARGE', permission)];
  const ends = (known: boolean, own: Expected, derived: Readonly<Record<string, Expected>>) =>
    only(known, { [id]: own, ...derived });
  switch (n % 3) {
    case 0: {
      const taken = charge(n, id, permission, 'Captured', minor, {
        ...{ captureAmount: money(minor), refundedAmount: money(900) },
      });
      const refund = {
        ...{ refundId, chargeId: id, refundAmount: money(900), creationTimestamp: '20260301T100000Z' },
        statusDetails: { state: 'Refunded', lastUpdatedTimestamp: minute(n, 30).replace(/[-:]|\.\d{3}/g, '') },
      };
      return {
        name: `amazon-pay captured and refunded ${n}`,
        steps: [...steps, notified(n, 30, refundId, 'REFUND', permission)],
        api: { [`GET /sandbox/v2/charges/${id}`]: taken, [`GET /sandbox/v2/refunds/${refundId}`]: refund },
        ends: (heard): Readonly<Record<string, Expected>> => ({
          ...ends(
            heard.size > 0,
            {
              ...{ kind: 'preauthorize', status: 'FINISHED', amount: decimal(minor), captured: minor },
              refunded: heard.has(refundId) ? 900 : 0,
            },
            { [`${id}~capture`]: { kind: 'capture', status: 'FINISHED', amount: decimal(minor) } },
          ),
          ...only(heard.has(refundId), { [refundId]: { kind: 'refund', status: 'FINISHED', amount: '9.00' } as const }),
        }),
      };
    }
    case 1: {
      const refused = charge(n, id, permission, 'Declined', minor);
      const statusDetails = { ...refused.statusDetails, reasonCode: 'HardDeclined' };
      return {
        ...{ name: `amazon-pay declined ${n}`, steps },
        api: { [`GET /sandbox/v2/charges/${id}`]: { ...refused, statusDetails } },
        // The object does not tell which of the two was declined: a capture that nobody has named publishes nothing.
        ends: (heard) =>
          ends(
            heard.has(id),
            { kind: 'preauthorize', status: 'ERROR' },
            { [`${id}~capture`]: { kind: 'unknown', status: 'ERROR' } },
          ),
      };
    }
    default:
      return {
        ...{ name: `amazon-pay authorized ${n}`, steps },
        api: { [`GET /sandbox/v2/charges/${id}`]: charge(n, id, permission, 'Authorized', minor) },
        ends: (heard) => {
          const own = { kind: 'preauthorize', status: 'FINISHED', amount: decimal(minor), captured: 0 } as const;
          return ends(heard.has(id), own, {});
        },
      };
  }
}

export const amazonPayScripts: GatewayScripts = {
  gateway: 'amazon-pay',
  connectorId: CONNECTOR,
  settings: {
    ...{ merchantId: MERCHANT, topicArns: [TOPIC], region: 'eu', publicKeyId: 'AGLOSSYRUN', environment: 'sandbox' },
    certificateAuthorities: [authority.cert],
  },
  secrets: { privateKey: merchantKey },
  certificates: { [CERT_URL.replace('https://', '')]: signer.cert },
  story: (n) => ({ connectorId: CONNECTOR, ...story(n) }),
};
