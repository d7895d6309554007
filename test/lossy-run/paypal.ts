import { sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { makeTestCertificate } from '#shared/gateways/certificates.testing.ts';
import { decimal, type Expected, type GatewayScripts, minute, type Story } from './story.ts';

const CONNECTOR = 'acme-paypal';
const WEBHOOK = '8PT597110X687430LKGECATA';
const CERT_URL = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-lossyrun';

const authority = makeTestCertificate('Lossy Run Root', { ca: true });
const signer = makeTestCertificate('messageverificationcerts.sandbox.paypal.com', { issuer: authority });

let transmissions = 0;

interface PaypalEvent {
  readonly id: string;
  readonly create_time: string;
  readonly event_type: string;
}

/** A webhook as PayPal signs it (wire 3.1): the CRC of the raw body stands for it. */
function delivered(about: string, event: PaypalEvent) {
  transmissions += 1;
  const body = Buffer.from(JSON.stringify(event));
  const id = `00000000-1584-11e7-abf0-${String(transmissions).padStart(12, '0')}`;
  const time = event.create_time.replace(/\.\d{3}/, '');
  const signature = sign('sha256', Buffer.from(`${id}|${time}|${WEBHOOK}|${crc32(body)}`), signer.key);
  return {
    about,
    callback: {
      ...{ method: 'POST', path: `/callbacks/${CONNECTOR}`, rawQuery: '', body },
      headers: {
        ...{ 'content-type': 'application/json', 'paypal-transmission-id': id, 'paypal-transmission-time': time },
        ...{ 'paypal-transmission-sig': signature.toString('base64'), 'paypal-cert-url': CERT_URL },
        ...{ 'paypal-auth-algo': 'SHA256withRSA', 'paypal-auth-version': 'v2' },
      },
    },
  };
}

function event(n: number, at: number, event_type: string, resource_type: string, resource: object): PaypalEvent {
  const id = `WH-${n}-${at}-${event_type.length}X`;
  const fixed = { event_version: '1.0', resource_version: '2.0', summary: event_type };
  const create_time = minute(n, at).replace(/\.\d{3}/, '');
  return { id, create_time, event_type, ...{ resource_type, ...fixed, resource, links: [] } };
}

const amount = (minor: number) => ({ currency_code: 'EUR', value: decimal(minor) });
const at = (n: number, minutes: number) => minute(n, minutes).replace(/\.\d{3}/, '');

function capture(n: number, id: string, status: string, minor: number, updated: number, authorization?: string) {
  const related_ids = authorization === undefined ? { order_id: `O${n}` } : { authorization_id: authorization };
  return {
    ...{ id, status, amount: amount(minor), final_capture: true, invoice_id: `PP-${n}` },
    ...{ create_time: at(n, 1), update_time: at(n, updated), supplementary_data: { related_ids } },
    links: [{ href: `https://api.sandbox.paypal.com/v2/payments/captures/${id}`, rel: 'self', method: 'GET' }],
  };
}

function refund(n: number, id: string, captureId: string, minor: number, updated: number) {
  return {
    ...{ id, status: 'COMPLETED', amount: amount(minor), create_time: at(n, 20), update_time: at(n, updated) },
    links: [
      { href: `https://api.sandbox.paypal.com/v2/payments/refunds/${id}`, rel: 'self', method: 'GET' },
      { href: `https://api.sandbox.paypal.com/v2/payments/captures/${captureId}`, rel: 'up', method: 'GET' },
    ],
  };
}

const idOf = (n: number, part: string) => `${part}${String(n).padStart(15, '0')}`;

type Ends = Readonly<Record<string, Expected>>;
type Told = Omit<Story, 'connectorId'>;

/** Every event is in PayPal's own list: nothing stays unknown. */
function told(name: string, events: readonly (readonly [string, PaypalEvent])[], api: Story['api'], ends: Ends): Told {
  const steps = events.map(([about, one]) => delivered(about, one));
  return { name, steps, api, listed: events.map(([, one]) => one), ends: () => ends };
}

function saleAndRefund(n: number, minor: number): Told {
  const [id, refundId] = [idOf(n, 'CA'), idOf(n, 'RE')];
  const back = refund(n, refundId, id, 1_000, 21);
  return told(
    `paypal sale and partial refund ${n}`,
    [
      [id, event(n, 1, 'PAYMENT.CAPTURE.COMPLETED', 'capture', capture(n, id, 'COMPLETED', minor, 1))],
      [refundId, event(n, 21, 'PAYMENT.CAPTURE.REFUNDED', 'refund', back)],
    ],
    {
      [`GET /v2/payments/captures/${id}`]: capture(n, id, 'PARTIALLY_REFUNDED', minor, 21),
      [`GET /v2/payments/refunds/${refundId}`]: back,
    },
    {
      [id]: { kind: 'debit', status: 'FINISHED', amount: decimal(minor), refunded: 1_000 },
      [refundId]: { kind: 'refund', status: 'FINISHED', amount: '10.00' },
    },
  );
}

function authorizedAndCaptured(n: number, minor: number): Told {
  const [id, captureId] = [idOf(n, 'AU'), idOf(n, 'CA')];
  const authorization = (status: string, updated: number) => ({
    ...{ id, status, amount: amount(minor), invoice_id: `PP-${n}` },
    ...{ create_time: at(n, 0), update_time: at(n, updated), links: [] },
  });
  const taken = capture(n, captureId, 'COMPLETED', minor - 500, 9, id);
  return told(
    `paypal authorization and capture ${n}`,
    [
      [id, event(n, 0, 'PAYMENT.AUTHORIZATION.CREATED', 'authorization', authorization('CREATED', 0))],
      [captureId, event(n, 9, 'PAYMENT.CAPTURE.COMPLETED', 'capture', taken)],
    ],
    {
      [`GET /v2/payments/authorizations/${id}`]: authorization('CAPTURED', 9),
      [`GET /v2/payments/captures/${captureId}`]: taken,
    },
    {
      [id]: { kind: 'preauthorize', status: 'FINISHED', amount: decimal(minor), captured: minor - 500 },
      [captureId]: { kind: 'capture', status: 'FINISHED', amount: decimal(minor - 500) },
    },
  );
}

function denied(n: number, minor: number): Told {
  const id = idOf(n, 'CA');
  const ended = {
    ...capture(n, id, 'DECLINED', minor, 30),
    status_details: { reason: 'DECLINED_BY_RISK_FRAUD_FILTERS' },
  };
  const waiting = { ...capture(n, id, 'PENDING', minor, 1), status_details: { reason: 'PENDING_REVIEW' } };
  return told(
    `paypal denied ${n}`,
    [
      [id, event(n, 1, 'PAYMENT.CAPTURE.PENDING', 'capture', waiting)],
      [id, event(n, 30, 'PAYMENT.CAPTURE.DENIED', 'capture', ended)],
    ],
    { [`GET /v2/payments/captures/${id}`]: ended },
    { [id]: { kind: 'debit', status: 'ERROR', amount: decimal(minor) } },
  );
}

function disputed(n: number, minor: number): Told {
  const [id, disputeId] = [idOf(n, 'CA'), `PP-D-${n}`];
  const dispute = (status: string, updated: number, more: object = {}) => ({
    ...{ dispute_id: disputeId, create_time: at(n, 40), update_time: at(n, updated), status },
    ...{ reason: 'UNAUTHORISED', dispute_amount: amount(minor), dispute_life_cycle_stage: 'CHARGEBACK' },
    ...{ disputed_transactions: [{ seller_transaction_id: id }], links: [], ...more },
  });
  const lost = dispute('RESOLVED', 60, {
    dispute_outcome: { outcome_code: 'RESOLVED_BUYER_FAVOUR', amount_refunded: amount(minor) },
  });
  return told(
    `paypal dispute lost ${n}`,
    [
      [id, event(n, 1, 'PAYMENT.CAPTURE.COMPLETED', 'capture', capture(n, id, 'COMPLETED', minor, 1))],
      [disputeId, event(n, 40, 'CUSTOMER.DISPUTE.CREATED', 'dispute', dispute('UNDER_REVIEW', 40))],
      [disputeId, event(n, 60, 'CUSTOMER.DISPUTE.RESOLVED', 'dispute', lost)],
    ],
    {
      [`GET /v2/payments/captures/${id}`]: capture(n, id, 'COMPLETED', minor, 1),
      [`GET /v1/customer/disputes/${disputeId}`]: lost,
    },
    {
      [id]: { kind: 'debit', status: 'FINISHED', amount: decimal(minor), chargedBack: minor },
      [disputeId]: { kind: 'dispute', status: 'FINISHED' },
      [`${id}~chargeback-1`]: { kind: 'chargeback', status: 'FINISHED', amount: decimal(minor) },
    },
  );
}

const STORIES = [saleAndRefund, authorizedAndCaptured, denied, disputed];

export const paypalScripts: GatewayScripts = {
  gateway: 'paypal',
  connectorId: CONNECTOR,
  settings: {
    ...{ webhookId: WEBHOOK, environment: 'sandbox', clientId: 'client-of-acme', toleranceSeconds: 604_800 },
    certificateAuthorities: [authority.cert],
  },
  secrets: { clientSecret: 'client-secret-of-acme' },
  certificates: { [CERT_URL.replace('https://', '')]: signer.cert },
  api: { 'POST /v1/oauth2/token': { access_token: 'A21', token_type: 'Bearer', expires_in: 32_400 } },
  lists: { 'GET /v1/notifications/webhooks-events': (events) => ({ events, count: events.length, links: [] }) },
  story(n) {
    const make = STORIES[n % STORIES.length] ?? saleAndRefund;
    return { connectorId: CONNECTOR, ...make(n, 7_000 + n) };
  },
};
