/**
 * Who may call each operation of the admin API, beside operators. `test/admin-api/access.test.ts` fails for a route that
 * is not in here: whoever adds one decides, and says it here.
 *
 * - `operator`: merchants are told 404, of their own things too.
 * - `open`: everybody.
 * - else merchants: `own` is a request for their own things and its answer, `others` the same for another merchant's.
 */
export type Access = 'operator' | 'open' | MerchantAccess;

export interface MerchantAccess {
  readonly own: Request;
  readonly status: number;
  /** Each is answered 404. */
  readonly others: readonly Request[];
  /** A list: what it may hold is looked at, not its status; another's filters are in `others`. */
  readonly lists?: true;
}

export interface Request {
  readonly target: string;
  readonly json?: object;
}

const get = (target: string): Request => ({ target });

/** A look-up below /<plural>/{connectorId}/{gatewayId}. */
const subject = (plural: string, id: string, end = ''): MerchantAccess => ({
  own: get(`/${plural}/acme-cc-1/${id}${end}`),
  status: 200,
  others: [get(`/${plural}/other-cc-1/${id}${end}`), get(`/${plural}/nobody/${id}${end}`)],
});

const list = (plural: string): MerchantAccess => ({
  own: get(`/${plural}`),
  status: 200,
  others: [
    get(`/${plural}?merchantId=other`),
    get(`/${plural}?merchant%49d=other`),
    get(`/${plural}?connectorId=other-cc-1`),
    get(`/${plural}?connectorId=nobody`),
    get(`/${plural}?merchantId=acme&connectorId=other-cc-1`),
  ],
  lists: true,
});

const subjects = (plural: string, title: string, id: string): Record<string, Access> => ({
  [`list${title}s`]: list(plural),
  [`get${title}`]: subject(plural, id),
  [`get${title}History`]: subject(plural, id, '/history'),
  [`get${title}Events`]: subject(plural, id, '/events'),
});

/** Below /merchants/{merchantId}/subscriptions/main. */
const ownSubscription = (end: string): MerchantAccess => ({
  own: get(`/merchants/acme/subscriptions/main${end}`),
  status: 200,
  others: [get(`/merchants/other/subscriptions/main${end}`), get(`/merchants/nobody/subscriptions/main${end}`)],
});

export const ACCESS: Readonly<Record<string, Access>> = {
  listMerchants: 'operator',
  getMerchant: {
    own: get('/merchants/acme'),
    status: 200,
    others: [get('/merchants/other'), get('/merchants/nobody')],
  },
  putMerchant: 'operator',
  archiveMerchant: 'operator',
  listMerchantTokens: 'operator',
  makeMerchantToken: 'operator',
  revokeMerchantToken: 'operator',

  listConnectors: {
    own: get('/connectors'),
    status: 200,
    others: [get('/connectors?merchantId=other'), get('/connectors?merchantId=nobody')],
    lists: true,
  },
  getConnector: {
    own: get('/connectors/acme-cc-1'),
    status: 200,
    others: [get('/connectors/other-cc-1'), get('/connectors/nobody')],
  },
  putConnector: 'operator',
  archiveConnector: 'operator',
  provisionConnector: 'operator',
  backfillConnector: 'operator',
  getRotation: 'operator',
  startRotation: 'operator',
  finishRotation: 'operator',
  revokeSecret: 'operator',
  putCredential: 'operator',
  deleteCredential: 'operator',
  renewCallbackToken: 'operator',

  listSubscriptions: {
    own: get('/merchants/acme/subscriptions'),
    status: 200,
    others: [get('/merchants/other/subscriptions')],
    lists: true,
  },
  getSubscription: ownSubscription(''),
  putSubscription: 'operator',
  deleteSubscription: 'operator',
  renewReadToken: 'operator',
  testSubscription: ownSubscription('/test'),
  getSubscriptionEvents: {
    own: get('/merchants/acme/subscriptions/main/events?subject=transaction/tx'),
    status: 200,
    others: [
      get('/merchants/other/subscriptions/main/events?subject=transaction/tx'),
      get('/merchants/acme/subscriptions/main/events?subject=transaction/tx&connectorId=other-cc-1'),
      get('/merchants/acme/subscriptions/main/events?subject=other-cc-1:transaction/tx'),
    ],
  },
  backfillSubscription: 'operator',

  reportTransaction: {
    own: { target: '/transactions', json: { connectorId: 'acme-cc-1', result: { uuid: 'x', returnType: 'FINISHED' } } },
    status: 202,
    others: ['other-cc-1', 'nobody'].map((connectorId) => ({
      target: '/transactions',
      json: { connectorId, result: { uuid: 'x', returnType: 'FINISHED' } },
    })),
  },
  ...subjects('transactions', 'Transaction', 'tx'),
  ...subjects('schedules', 'Schedule', 'plan'),
  ...subjects('instruments', 'Instrument', 'card'),
  ...subjects('notices', 'Notice', 'note'),
  getPurchase: {
    own: get('/purchases/ORD-acme'),
    status: 200,
    others: [
      get('/purchases/ORD-other'),
      get('/purchases/ORD-other?merchantId=other'),
      get('/purchases/ORD-acme?connectorId=other-cc-1'),
    ],
  },

  listCallbacks: 'operator',
  getCallback: 'operator',
  listRefused: 'operator',
  listRefusedUnknown: 'operator',
  explainRefused: 'operator',
  acceptRefused: 'operator',
  acceptAllRefused: 'operator',
  testCallback: 'operator',

  getStatus: 'operator',
  listParked: {
    own: get('/parked'),
    status: 200,
    others: [get('/parked?merchantId=other'), get('/parked?merchantId=other&subscriptionId=main')],
    lists: true,
  },
  redriveParked: {
    own: get('/parked/acme/main/redrive'),
    status: 200,
    others: [get('/parked/other/main/redrive'), get('/parked/nobody/main/redrive')],
  },
  listConfirmations: 'operator',
  listFailed: 'operator',
  listAudit: { own: get('/audit'), status: 200, others: [get('/audit?merchantId=other')], lists: true },
  redrive: 'operator',

  getSchema: 'open',
  getOpenApi: 'open',
};
