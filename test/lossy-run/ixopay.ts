import { signedCallback } from '../builders/ixopay-signer.ts';
import { decimal, type Expected, type GatewayScripts, minute, only, type Story } from './story.ts';

const CONNECTOR = 'acme-ixopay';
const SECRET = 'shared-secret-of-the-lossy-run';

interface Said {
  readonly result: 'OK' | 'ERROR' | 'PENDING';
  readonly type: string;
  readonly minor: number;
  readonly more?: object;
}

function postback(n: number, at: number, uuid: string, { result, type, minor, more }: Said) {
  const body = {
    ...{ result, uuid, merchantTransactionId: `IX-${uuid}`, purchaseId: `P-${uuid}`, transactionType: type },
    ...{ paymentMethod: 'Creditcard', amount: decimal(minor), currency: 'EUR' },
    ...more,
  };
  const date = new Date(minute(n, at)).toUTCString().replace('GMT', 'UTC');
  return { about: uuid, callback: signedCallback(`/callbacks/${CONNECTOR}`, JSON.stringify(body), date, SECRET) };
}

function status(uuid: string, transactionStatus: string, type: string, minor: number, more: object = {}) {
  return {
    [`GET /api/v3/status/${CONNECTOR}/getByUuid/${uuid}`]: {
      ...{ success: true, transactionStatus, uuid, merchantTransactionId: `IX-${uuid}`, purchaseId: `P-${uuid}` },
      ...{ transactionType: type, paymentMethod: 'Creditcard', amount: decimal(minor), currency: 'EUR' },
      ...more,
    },
  };
}

const idOf = (n: number, part: string) => `ix${part}${String(n).padStart(16, '0')}`;

type Make = (n: number, minor: number) => Omit<Story, 'name' | 'connectorId'>;

const sale: Make = (n, minor) => {
  const id = idOf(n, 'de');
  return {
    steps: [
      postback(n, 0, id, { result: 'PENDING', type: 'DEBIT', minor }),
      postback(n, 3, id, { result: 'OK', type: 'DEBIT', minor }),
    ],
    api: status(id, 'SUCCESS', 'DEBIT', minor),
    ends: (heard) =>
      only(heard.has(id), { [id]: { kind: 'debit', status: 'FINISHED', amount: decimal(minor) } as const }),
  };
};

const declined: Make = (n, minor) => {
  const id = idOf(n, 'de');
  const more = { message: 'declined', code: 2003 };
  return {
    steps: [
      postback(n, 0, id, { result: 'PENDING', type: 'DEBIT', minor }),
      postback(n, 2, id, { result: 'ERROR', type: 'DEBIT', minor, more }),
    ],
    api: status(id, 'ERROR', 'DEBIT', minor, more),
    ends: (heard) => only(heard.has(id), { [id]: { kind: 'debit', status: 'ERROR' } as const }),
  };
};

const captured: Make = (n, minor) => {
  const [id, capture] = [idOf(n, 'fa'), idOf(n, 'ca')];
  const more = { referenceUuid: id };
  return {
    steps: [
      postback(n, 0, id, { result: 'OK', type: 'PREAUTHORIZE', minor }),
      postback(n, 5, capture, { result: 'OK', type: 'CAPTURE', minor: minor - 100, more }),
    ],
    api: {
      ...status(id, 'SUCCESS', 'PREAUTHORIZE', minor),
      ...status(capture, 'SUCCESS', 'CAPTURE', minor - 100, more),
    },
    ends: (heard): Readonly<Record<string, Expected>> => ({
      ...only(heard.size > 0, {
        [id]: {
          ...{ kind: 'preauthorize', status: 'FINISHED' },
          captured: heard.has(capture) ? minor - 100 : 0,
        } as const,
      }),
      ...only(heard.has(capture), { [capture]: { kind: 'capture', status: 'FINISHED' } as const }),
    }),
  };
};

const refunded: Make = (n, minor) => {
  const [id, refund] = [idOf(n, 'de'), idOf(n, 'ef')];
  const more = { referenceUuid: id };
  return {
    steps: [
      postback(n, 0, id, { result: 'OK', type: 'DEBIT', minor }),
      postback(n, 9, refund, { result: 'OK', type: 'REFUND', minor: 400, more }),
    ],
    api: { ...status(id, 'SUCCESS', 'DEBIT', minor), ...status(refund, 'SUCCESS', 'REFUND', 400, more) },
    ends: (heard): Readonly<Record<string, Expected>> => ({
      ...only(heard.size > 0, {
        [id]: { kind: 'debit', status: 'FINISHED', refunded: heard.has(refund) ? 400 : 0 } as const,
      }),
      ...only(heard.has(refund), { [refund]: { kind: 'refund', status: 'FINISHED' } as const }),
    }),
  };
};

const chargedBack: Make = (n, minor) => {
  const [id, back] = [idOf(n, 'de'), idOf(n, 'cb')];
  const chargebackData = {
    ...{ originalUuid: id, originalMerchantTransactionId: `IX-${id}`, amount: decimal(minor), currency: 'EUR' },
    ...{ reason: '4837', chargebackDateTime: minute(n, 50) },
  };
  const more = { chargebackData };
  return {
    steps: [
      postback(n, 0, id, { result: 'OK', type: 'DEBIT', minor }),
      postback(n, 60, back, { result: 'OK', type: 'CHARGEBACK', minor, more }),
    ],
    api: { ...status(id, 'SUCCESS', 'DEBIT', minor), ...status(back, 'SUCCESS', 'CHARGEBACK', minor, more) },
    ends: (heard): Readonly<Record<string, Expected>> => ({
      ...only(heard.size > 0, {
        [id]: { kind: 'debit', status: 'FINISHED', chargedBack: heard.has(back) ? minor : 0 } as const,
      }),
      ...only(heard.has(back), { [back]: { kind: 'chargeback', status: 'FINISHED' } as const }),
    }),
  };
};

/** Whatever becomes of its callbacks, the merchant has passed on the synchronous answer. */
const reported: Make = (n, minor) => {
  const id = idOf(n, 'de');
  return {
    ...sale(n, minor),
    reported: {
      ...{ success: true, uuid: id, purchaseId: `P-${id}`, returnType: 'REDIRECT', redirectUrl: 'https://pay.example' },
      ...{ merchantTransactionId: `IX-${id}`, transactionType: 'DEBIT' },
    },
    ends: () => ({ [id]: { kind: 'debit', status: 'FINISHED', amount: decimal(minor) } }),
  };
};

const MAKES = { sale, declined, captured, refunded, chargedBack, reported };

export const ixopayScripts: GatewayScripts = {
  gateway: 'ixopay',
  connectorId: CONNECTOR,
  settings: { apiKey: CONNECTOR, username: 'api-user' },
  secrets: { sharedSecret: SECRET, password: 'api-password' },
  story(n) {
    const [name, make] = Object.entries(MAKES)[n % 6] ?? (['sale', sale] as const);
    return { name: `ixopay ${name} ${n}`, connectorId: CONNECTOR, ...make(n, 2_000 + n) };
  },
};
