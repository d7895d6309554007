import { createHmac } from 'node:crypto';
import { decimal, type Expected, type GatewayScripts, minute, only, type Story } from './story.ts';

const CONNECTOR = 'acme-paylock';
const KEY = 'paylock-key-of-the-lossy-run';

function delivered(n: number, at: number, about: string, payment: object) {
  const body = JSON.stringify({
    event: `${about}-${at}`,
    payment: { id: about, updatedAt: minute(n, at), ...payment },
  });
  return {
    about,
    callback: {
      ...{ method: 'POST', path: `/callbacks/${CONNECTOR}`, rawQuery: '', body: Buffer.from(body) },
      headers: {
        'content-type': 'application/json',
        'x-paylock-signature': createHmac('sha256', KEY).update(body).digest('hex'),
      },
    },
  };
}

/** There is no API to ask: what no callback says stays open, and is said to be. */
function story(n: number): Omit<Story, 'connectorId'> {
  const minor = 1_500 + n;
  const [id, refund] = [`pl${n}`, `plr${n}`];
  const sale = (state: string) => ({ kind: 'sale', state, amount: decimal(minor) });
  if (n % 2 === 0) {
    return {
      name: `paylock sale ${n}`,
      steps: [delivered(n, 0, id, sale('open')), delivered(n, 4, id, sale('paid'))],
      api: {},
      ends: (heard, arrived) => {
        const end = arrived.has(1)
          ? ({ status: 'FINISHED' } as const)
          : ({ status: 'PENDING', unresolved: true } as const);
        return only(heard.has(id), { [id]: { kind: 'debit', amount: decimal(minor), ...end } });
      },
    };
  }
  return {
    name: `paylock refund ${n}`,
    steps: [
      delivered(n, 4, id, sale('paid')),
      delivered(n, 9, refund, { kind: 'refund', state: 'paid', amount: '5.00', original: id }),
    ],
    api: {},
    ends: (heard): Readonly<Record<string, Expected>> => ({
      ...only(heard.has(id), {
        [id]: { kind: 'debit', status: 'FINISHED', refunded: heard.has(refund) ? 500 : 0 } as const,
      }),
      // Known from its refund alone, and nobody can be asked what it is.
      ...only(!heard.has(id) && heard.has(refund), {
        [id]: { kind: 'unknown', status: 'PENDING', refunded: 500, unresolved: true } as const,
      }),
      ...only(heard.has(refund), { [refund]: { kind: 'refund', status: 'FINISHED', amount: '5.00' } as const }),
    }),
  };
}

export const paylockScripts: GatewayScripts = {
  gateway: 'paylock',
  connectorId: CONNECTOR,
  settings: {
    ...{
      signatureHeader: 'x-paylock-signature',
      idempotencyPath: 'event',
      idPath: 'payment.id',
      kindPath: 'payment.kind',
    },
    ...{ kindMap: { sale: 'debit', refund: 'refund' }, statusPath: 'payment.state' },
    ...{ statusMap: { open: 'PENDING', paid: 'FINISHED' }, amountPath: 'payment.amount', currency: 'EUR' },
    ...{ updatedAtPath: 'payment.updatedAt', originalPath: 'payment.original' },
  },
  secrets: { keys: [KEY] },
  story: (n) => ({ connectorId: CONNECTOR, ...story(n) }),
};
