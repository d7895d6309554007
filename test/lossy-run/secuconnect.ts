import { decimal, type Expected, type GatewayScripts, minute, type Story } from './story.ts';

const CONNECTOR = 'acme-secuconnect';
const TOKEN = 'lossy-run-capability-token-0123456789';

const idOf = (n: number, part: string) => `PCI_${part}${String(n).padStart(12, '0')}`;

let pushes = 0;

function push(n: number, at: number, id: string, type: 'added' | 'changed') {
  pushes += 1;
  const body = {
    ...{ object: 'event.pushes', id: `evt_${String(pushes).padStart(32, '0')}`, created: minute(n, at) },
    ...{ target: 'payment.transactions', type, data: [{ object: 'payment.transactions', id }] },
  };
  return {
    about: id,
    callback: {
      ...{ method: 'POST', path: `/callbacks/${CONNECTOR}/${TOKEN}`, rawQuery: '' },
      headers: { 'content-type': 'application/json', accept: '*/*', referer: 'https://connect.secucard.com' },
      body: Buffer.from(JSON.stringify(body)),
    },
  };
}

function payment(n: number, at: number, id: string, statusSimple: number, amount: number, more: object = {}) {
  return {
    ...{ object: 'payment.transactions', id, trans_id: `TA${n}`, order_id: `SC-${n}`, amount, currency: 'EUR' },
    ...{ created: minute(n, 0), updated: minute(n, at), status: 1, product: 'Lastschrift', product_id: 26 },
    details: { status_simple: statusSimple, status_simple_text: 'as in the manual' },
    ...more,
  };
}

function api(...objects: readonly { readonly id: string }[]) {
  return Object.fromEntries(objects.map((one) => [`GET /api/v2/Payment/Transactions/${one.id}`, one]));
}

type Ends = Readonly<Record<string, Expected>>;

/** All of it is listed by the gateway: nothing stays unknown. */
function story(n: number): Omit<Story, 'connectorId'> {
  const minor = 5_000 + n;
  const [id, refund] = [idOf(n, 'S'), idOf(n, 'R')];
  const both = (statusSimple: number) => {
    const one = payment(n, 9, id, statusSimple, minor);
    return { steps: [push(n, 0, id, 'added'), push(n, 9, id, 'changed')], api: api(one), listed: [one] };
  };
  const debit = (status: Expected['status'], more: Partial<Expected> = {}): Ends => ({
    [id]: { kind: 'debit', status, amount: decimal(minor), ...more },
  });
  switch (n % 5) {
    case 0:
      return { name: `secuconnect sale ${n}`, ...both(1), ends: () => debit('FINISHED') };
    case 1:
      return { name: `secuconnect denied ${n}`, ...both(3), ends: () => debit('ERROR') };
    case 2:
      return {
        ...{ name: `secuconnect charge back ${n}`, ...both(4) },
        ends: () => ({
          ...debit('FINISHED', { chargedBack: minor }),
          [`${id}~chargeback-1`]: { kind: 'chargeback', status: 'FINISHED', amount: decimal(minor) },
        }),
      };
    case 3: {
      const sale = payment(n, 9, id, 1, minor);
      const parents = [{ object: 'payment.transactions', id }];
      const child = payment(n, 12, refund, 1, -700, { parents });
      return {
        name: `secuconnect refund ${n}`,
        steps: [push(n, 9, id, 'changed'), push(n, 12, refund, 'added')],
        api: api(sale, child),
        listed: [sale, child],
        ends: () => ({
          ...debit('FINISHED', { refunded: 700 }),
          [refund]: { kind: 'refund', status: 'FINISHED', amount: '7.00' },
        }),
      };
    }
    default:
      return { name: `secuconnect pending ${n}`, ...both(10), ends: () => debit('PENDING', { unresolved: true }) };
  }
}

export const secuconnectScripts: GatewayScripts = {
  gateway: 'secuconnect',
  connectorId: CONNECTOR,
  settings: { clientId: 'client-of-acme', environment: 'testing' },
  secrets: { clientSecret: 'client-secret-of-acme' },
  token: TOKEN,
  api: { 'POST /oauth/token': { access_token: 'token-1', expires_in: 1_200, token_type: 'bearer', scope: '' } },
  lists: {
    'GET /api/v2/Payment/Transactions': (listed) => ({ count: listed.length, data: listed }),
  },
  story: (n) => ({ connectorId: CONNECTOR, ...story(n) }),
};
