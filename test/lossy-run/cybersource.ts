import { createHmac } from 'node:crypto';
import { decimal, type Expected, type GatewayScripts, minute, only, type Story } from './story.ts';

const CONNECTOR = 'acme-cybersource';
const KEY_ID = 'bf44c857-b182-bb05-e053-34b8d30a7a72';
const KEY = Buffer.alloc(32, 7);
const ORGANIZATION = 'acme_lossy';

let traces = 0;

/** The raw body is signed (wire 2.1, reading b). */
function delivered(n: number, at: number, about: string, eventType: string, payload: object) {
  traces += 1;
  const body = JSON.stringify({
    ...{ notificationId: `note-${n}-${at}-${eventType}`, eventType, webhookId: '261d2616-0000', productId: 'payments' },
    ...{ organizationId: ORGANIZATION, eventDate: minute(n, at).replace(/\.\d{3}Z/, '') },
    ...{ transactionTraceId: `trace-${traces}`, retryNumber: 0, payload, requestType: 'NEW' },
  });
  const t = Date.parse(minute(n, at));
  const sig = createHmac('sha256', KEY).update(`${t}.${body}`).digest('base64');
  return {
    about,
    callback: {
      ...{ method: 'POST', path: `/callbacks/${CONNECTOR}`, rawQuery: '', body: Buffer.from(body) },
      headers: { 'content-type': 'application/json', 'v-c-signature': `t=${t};keyId=${KEY_ID};sig=${sig}` },
    },
  };
}

const amounts = (minor: number) => ({ amountDetails: { totalAmount: decimal(minor), currency: 'EUR' } });
const idOf = (n: number, part: string) => `7${part}${String(n).padStart(20, '0')}`;

function payment(n: number, id: string, status: string, minor: number) {
  return {
    ...{
      id,
      status,
      submitTimeUtc: minute(n, 0).replace(/\.\d{3}/, ''),
      clientReferenceInformation: { code: `CS-${n}` },
    },
    orderInformation: amounts(minor),
  };
}

/** As /tss/v2/transactions answers: one application each, and its place in the chain of requests. */
function details(n: number, id: string, name: string, status: string, minor: number, root?: string) {
  return {
    [`GET /tss/v2/transactions/${id}`]: {
      ...{
        id,
        submitTimeUTC: minute(n, 30).replace(/\.\d{3}/, ''),
        merchantId: 'acme_lossy',
        ...(root && { rootId: root }),
      },
      applicationInformation: { status, reasonCode: '100', applications: [{ name, reasonCode: '100', status }] },
      clientReferenceInformation: { code: `CS-${n}` },
      orderInformation: amounts(minor),
      _links: {
        relatedTransactions:
          root === undefined ? [] : [{ href: `https://api.cybersource.com/tss/v2/transactions/${root}` }],
      },
    },
  };
}

type Told = Omit<Story, 'connectorId'>;

function story(n: number): Told {
  const minor = 4_000 + n;
  const [id, child] = [idOf(n, '1'), idOf(n, '2')];
  if (n % 3 === 0) {
    return {
      name: `cybersource declined ${n}`,
      steps: [
        delivered(
          n,
          0,
          id,
          'payments.authorization.status.reviewed',
          payment(n, id, 'AUTHORIZED_PENDING_REVIEW', minor),
        ),
        delivered(n, 5, id, 'payments.authorization.status.rejected', payment(n, id, 'DECLINED', minor)),
      ],
      api: details(n, id, 'ics_auth', 'DECLINED', minor),
      ends: (heard) => only(heard.has(id), { [id]: { kind: 'preauthorize', status: 'ERROR' } as const }),
    };
  }
  const isRefund = n % 3 === 2;
  const linked = { ...payment(n, child, isRefund ? 'PENDING' : 'PENDING', minor - 300), originalTransactionId: id };
  const what = isRefund ? 'refund' : 'capture';
  return {
    name: `cybersource ${what} ${n}`,
    steps: [
      delivered(n, 0, id, 'payments.authorization.status.accepted', payment(n, id, 'AUTHORIZED', minor)),
      delivered(n, 8, child, `payments.${what}.status.accepted`, linked),
      delivered(n, 9, child, `payments.${what}.status.updated`, { ...linked, status: 'BATCHED' }),
    ],
    api: {
      ...details(n, id, 'ics_auth', 'AUTHORIZED', minor),
      ...details(n, child, isRefund ? 'ics_credit' : 'ics_bill', 'TRANSMITTED', minor - 300, id),
    },
    ends: (heard): Readonly<Record<string, Expected>> => {
      const moved = heard.has(child) ? minor - 300 : 0;
      const own = { kind: 'preauthorize', status: 'FINISHED', amount: decimal(minor) } as const;
      return {
        ...only(heard.size > 0, { [id]: { ...own, ...(isRefund ? { refunded: moved } : { captured: moved }) } }),
        ...only(heard.has(child), {
          [child]: { kind: what, status: 'FINISHED', amount: decimal(minor - 300) } as const,
        }),
      };
    },
  };
}

export const cybersourceScripts: GatewayScripts = {
  gateway: 'cybersource',
  connectorId: CONNECTOR,
  settings: { organizationId: ORGANIZATION, merchantId: 'acme_lossy', toleranceSeconds: 604_800 },
  secrets: {
    webhookKeys: [{ keyId: KEY_ID, key: KEY.toString('base64') }],
    restKey: { keyId: 'rest-key-1', key: Buffer.alloc(32, 9).toString('base64') },
  },
  story: (n) => ({ connectorId: CONNECTOR, ...story(n) }),
};
