// What the samples of this folder are made of: events and objects in PayPal's form, with ids made up for them.

export interface Answer {
  readonly request: string;
  readonly status?: number;
  readonly file: string;
  readonly body: unknown;
  readonly declared?: Readonly<Record<string, string>>;
  readonly expect?: readonly unknown[];
}

export interface Story {
  readonly name: string;
  readonly about: string;
  /** @default acme-paypal */
  readonly connector?: string;
  /** @default that of the connector's settings */
  readonly webhookId?: string;
  /** Of the transmission; `null`: the event of the sample before, sent again. */
  readonly at: string;
  readonly event: unknown;
  readonly expect: readonly unknown[];
  readonly answers?: readonly Answer[];
}

export const API = 'https://api.sandbox.paypal.com';
export const MERCHANT = 'ACMEMERCHANT1';
const payee = { email_address: 'shop@acme.example', merchant_id: MERCHANT };

export function event(id: string, type: string, resourceType: string, at: string, resource: unknown, version = '2.0') {
  return {
    id,
    event_version: '1.0',
    create_time: at,
    resource_type: resourceType,
    resource_version: version,
    event_type: type,
    summary: `Made for Postrider: ${type}`,
    resource,
    links: [
      { href: `${API}/v1/notifications/webhooks-events/${id}`, rel: 'self', method: 'GET' },
      { href: `${API}/v1/notifications/webhooks-events/${id}/resend`, rel: 'resend', method: 'POST' },
    ],
  };
}

export const eur = (value: string) => ({ currency_code: 'EUR', value });

const link = (path: string, rel: string) => ({ href: `${API}${path}`, rel, method: 'GET' });

export function capture(id: string, amount: object, status: string, at: string, more: object = {}, up?: string) {
  return {
    id,
    amount,
    final_capture: true,
    seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'] },
    payee,
    status,
    create_time: at,
    update_time: at,
    links: [link(`/v2/payments/captures/${id}`, 'self'), ...(up === undefined ? [] : [link(up, 'up')])],
    ...more,
  };
}

export function authorization(id: string, amount: object, status: string, at: string, more: object = {}) {
  return {
    id,
    amount,
    payee,
    status,
    expiration_time: '2026-08-13T09:30:00Z',
    create_time: at,
    update_time: at,
    links: [link(`/v2/payments/authorizations/${id}`, 'self')],
    ...more,
  };
}

export function refund(id: string, captureId: string, amount: object, status: string, at: string, more: object = {}) {
  return {
    id,
    amount,
    payer: payee,
    status,
    create_time: at,
    update_time: at,
    links: [link(`/v2/payments/refunds/${id}`, 'self'), link(`/v2/payments/captures/${captureId}`, 'up')],
    ...more,
  };
}

export function dispute(id: string, captureId: string, amount: object, at: string, more: object) {
  return {
    dispute_id: id,
    create_time: '2026-07-20T08:00:00.000Z',
    update_time: at,
    disputed_transactions: [{ seller_transaction_id: captureId, seller: { merchant_id: MERCHANT }, gross_amount: amount }],
    reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    dispute_amount: amount,
    dispute_channel: 'INTERNAL',
    links: [link(`/v1/customer/disputes/${id}`, 'self')],
    ...more,
  };
}

export function subscription(id: string, status: string, at: string, more: object = {}) {
  return {
    id,
    plan_id: 'P-5ML4271244454362WXNWU5NQ',
    status,
    status_update_time: at,
    custom_id: 'member-77',
    create_time: '2026-07-01T10:00:00Z',
    update_time: at,
    links: [link(`/v1/billing/subscriptions/${id}`, 'self')],
    ...more,
  };
}

/** The access token that every answer is asked for with. */
export const token: Answer = {
  request: 'POST /v1/oauth2/token',
  file: 'token.json',
  body: { scope: 'https://uri.paypal.com/services/payments', access_token: 'A21AAmadeForTheSamples', token_type: 'Bearer', app_id: 'APP-80W284485P519543T', expires_in: 32400 },
};

export function answer(as: string, path: string, id: string, body: unknown, expect: readonly unknown[]): Answer {
  return { request: `GET ${path}`, file: `${as}.json`, body, declared: { as, id }, expect };
}

export const hint = (id: string, as: string) => ({ type: 'transaction', id, hint: true, status: 'PENDING', ask: { as }, kind: null, amount: null, original: null });
