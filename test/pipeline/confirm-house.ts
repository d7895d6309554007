import type {
  AskDeps,
  Asking,
  AskOutcome,
  DiscoverOutcome,
  FetchedStatement,
  Question,
} from '#shared/gateways/asking.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { digestOfBytes, digestOfParts } from '#shared/model/digest.ts';
import type { TransactionNotification } from '#shared/model/notification.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { type ConfirmReport, confirmDue } from '#shared/pipeline/confirm.ts';
import type { ConfirmDeps } from '#shared/pipeline/confirm-deps.ts';
import type { Drift } from '#shared/pipeline/drift-of.ts';
import type { ConfirmRequest, InboxRow } from '#shared/pipeline/ports.ts';
import type { Connector } from '#shared/registry/records.ts';
import { chance, type House, openHouse } from '../simulation/house.ts';

export const CONNECTOR = 'acme-cc-1';

/** What the toy gateway pushes and answers: one transaction. `hint`: only that something happened. */
export interface Told {
  readonly id: string;
  readonly status: 'PENDING' | 'FINISHED' | 'ERROR';
  readonly hint?: boolean;
  readonly n?: number;
}

/** Answers in the place of the toy gateway's API. */
export type Answer = (question: Question, askDeps: AskDeps) => AskOutcome | Promise<AskOutcome>;

export interface ConfirmHouse {
  readonly house: House;
  readonly deps: ConfirmDeps;
  readonly gateway: Gateway;
  /** Milliseconds since 1970 of every question asked, and about what. */
  readonly asked: { readonly atMs: number; readonly about: string }[];
  readonly horizons: ConfirmRequest[];
  readonly drifts: (readonly Drift[])[];
  readonly troubles: unknown[];
  answerWith(answer: Answer): void;
  /** Stores and applies what the gateway pushes. */
  push(...told: readonly Told[]): Promise<void>;
  /** Applies what is in the inbox and was not applied yet. */
  applyNew(): Promise<void>;
  confirm(isOver?: () => boolean): Promise<ConfirmReport>;
  status(id: string): Promise<unknown>;
  questions(): Promise<readonly ConfirmRequest[]>;
  changeConnector(change: Partial<Connector>): Promise<void>;
  nowMs(): number;
}

export interface ConfirmHouseOptions {
  readonly perMinute?: number;
  readonly perIdPerMinute?: number;
  readonly discover?: (cursor: string | undefined) => DiscoverOutcome;
  readonly horizonMinutes?: number;
  /** Requests that one question takes. */
  readonly requests?: number;
}

export function statementOf(told: Told): FetchedStatement {
  return { body: Buffer.from(JSON.stringify(told)), declared: { as: 'charge' }, method: 'GET', path: `/v1/${told.id}` };
}

export function answered(...told: readonly Told[]): AskOutcome {
  return { outcome: 'answered', statements: told.map(statementOf) };
}

/** A house in memory whose gateway pushes and answers with {@link Told}. */
export async function openConfirmHouse(options: ConfirmHouseOptions = {}): Promise<ConfirmHouse> {
  const house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
  const { stores } = house;
  const asked: ConfirmHouse['asked'] = [];
  const [horizons, drifts, troubles]: [ConfirmRequest[], (readonly Drift[])[], unknown[]] = [[], [], []];
  const nowMs = () => house.apply.clock.now().getTime();
  let answer: Answer = () => ({ outcome: 'down', detail: 'Nobody answers.' });
  const asking = askingOf(options, async (question, deps) => {
    const about = question.about === 'subject' ? question.id : question.merchantReference;
    asked.push({ atMs: nowMs(), about });
    for (let i = options.requests ?? 1; i > 0; i--) await deps.http.send(REQUEST);
    return answer(question, deps);
  });
  const gateway = toyGateway(asking);
  const gateways = { ixopay: gateway };
  const deps: ConfirmDeps = {
    ...{ registry: stores.registry, ledger: stores.ledger, delivery: stores.delivery, inbox: stores.inbox },
    ...{ secrets: stores.secrets, gateways, http: NETWORK, clock: house.apply.clock },
    tokens: createAccessTokens({ now: () => house.apply.clock.now() }),
    onHorizon: async (request) => horizons.push(request),
    isExpectedFound: async () => false,
    onDrift: (_request, found) => drifts.push(found),
    trouble: (error) => troubles.push(error),
  };
  const applied = new Set<string>();
  const applyNew = async () => {
    const { items } = await stores.inbox.walk({ from: '', limit: 500 });
    for (const row of items.filter(({ callbackId }) => !applied.has(callbackId))) {
      applied.add(row.callbackId);
      await applyCallback({ ...house.apply, gateways }, row);
    }
  };
  return {
    ...{ house, deps, gateway, asked, horizons, drifts, troubles, applyNew, nowMs },
    answerWith(next) {
      answer = next;
    },
    async push(...told) {
      for (const one of told) {
        const row = pushedRow(one, gateway, new Date(nowMs()));
        await stores.inbox.put(row);
        applied.add(row.callbackId);
        await applyCallback({ ...house.apply, gateways }, row);
      }
    },
    confirm: (isOver) => confirmDue(deps, isOver),
    async status(id) {
      const { version } = await stores.ledger.newest({ connectorId: CONNECTOR, type: 'transaction', id });
      return version?.data['status'];
    },
    async questions() {
      const open = await stores.delivery.confirmations({ limit: 500 });
      const done = await stores.delivery.confirmations({ limit: 500, state: 'done' });
      return [...open.items, ...done.items];
    },
    async changeConnector(change) {
      const connector = await stores.registry.connector(CONNECTOR);
      if (connector === undefined) throw new Error('no connector');
      const audit = { at: connector.updatedAt, who: 'test', what: 'changed', resource: 'test', changes: [] };
      const next = { ...connector, ...change, version: connector.version + 1 };
      await stores.registry.putConnector(next, connector.version, audit);
    },
  };
}

const REQUEST = { method: 'GET', host: 'api.example', path: '/', headers: {}, idempotent: true } as const;
const NETWORK: OutboundClient = {
  send: async () => ({ ok: true, status: 200, headers: {}, body: new Uint8Array(), attempts: 1 }),
};

function askingOf(options: ConfirmHouseOptions, ask: Answer): Asking {
  const { perMinute = 6_000, perIdPerMinute, horizonMinutes = 2_880, discover } = options;
  return {
    limitsOf: () => ({ perMinute, ...(perIdPerMinute !== undefined && { perIdPerMinute }) }),
    horizonMinutes,
    missing: ({ secretNames }) => (secretNames.includes('sharedSecret') ? [] : ['/secrets/sharedSecret']),
    ask: async (deps, connector, question) => {
      if (Object.keys(connector.secrets).length === 0) return { outcome: 'cannot', detail: 'No secret was opened.' };
      return ask(question, deps);
    },
    ...(discover && { discover: async (_deps, _connector, span) => discover(span.cursor) }),
  };
}

function toyGateway(asking: Asking): Gateway {
  return {
    ...ixopay,
    front: {
      ...ixopay.front,
      inboxKey: (source, body, { askedAt = '', settles = '' }) => digestOfParts(source, body, askedAt, settles),
    },
    normalize({ source, body, declared }) {
      const told = JSON.parse(Buffer.from(body).toString()) as Told;
      const settles = source === 'fetched' && told.status !== 'PENDING';
      return {
        origin: {
          ...{ source, contentDigest: digestOfBytes(body) },
          ...(settles && {
            askedAt: declared['askedAt'] ?? '',
            settles: JSON.parse(declared['settles'] ?? '[]') as string[],
          }),
        },
        notifications: [notificationOf(told)],
      };
    },
    confirms: ['transaction'],
    asking,
  };
}

function notificationOf({ id, status, hint }: Told): TransactionNotification {
  return {
    ...{ about: 'transaction', id, kind: 'debit', status, final: false, correction: 'none', expiresAfterMinutes: 60 },
    ...(hint && { hint: true, ask: { as: 'charge' } }),
    ...{ fields: {}, anomalies: [] },
  };
}

function pushedRow(told: Told, { front }: Gateway, now: Date): InboxRow {
  const body = Buffer.from(JSON.stringify(told));
  return {
    callbackId: `${CONNECTOR}:${front.inboxKey('pushed', body, {})}`,
    ...{ connectorId: CONNECTOR, merchantId: 'acme', gateway: 'ixopay', source: 'pushed', mode: 'live' },
    ...{ receivedAt: now.toISOString(), method: 'POST', path: '/', rawQuery: '', headers: {}, declared: {} },
    body,
    bodySha256: digestOfBytes(body),
  };
}
