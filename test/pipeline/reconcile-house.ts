import { createHash } from 'node:crypto';
import type { Asking, AskOutcome, DiscoverOutcome, FetchedStatement, Question, Span } from '#shared/gateways/asking.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import type { Notification } from '#shared/model/notification.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { confirmDue } from '#shared/pipeline/confirm.ts';
import type { ConfirmDeps } from '#shared/pipeline/confirm-deps.ts';
import type { Drift } from '#shared/pipeline/drift-of.ts';
import type { ConfirmRequest, DeliveryStore, InboxRow, LedgerStore } from '#shared/pipeline/ports.ts';
import { type ReconcileDeps, type ReconcileReport, reconcile } from '#shared/pipeline/reconcile.ts';
import { chanceOf } from '#shared/pipeline/reconcile-drift.ts';
import { concludeAtHorizon, isExpectedFound } from '#shared/pipeline/reconcile-hooks.ts';
import type { Connector, RegistryStore } from '#shared/registry/records.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { money } from '../builders/notifications.ts';
import { createMemoryStores, type MemoryStores, type StoreHooks } from '../memory-stores/memory-stores.ts';

/** A payment as the gateway knows it; also the body of its callbacks and answers. */
export interface Payment {
  readonly id: string;
  readonly status: 'PENDING' | 'FINISHED' | 'ERROR';
  readonly amount?: string;
  readonly reference?: string;
}

const START = '2026-01-15T09:30:00.000Z';
const AUDIT = { at: START, who: 'test', what: 'made', resource: 'test', changes: [] };
const DAY_MINUTES = 1_440;

export interface ReconcileHouse {
  readonly stores: ReconcileStores;
  readonly reconcile: ReconcileDeps;
  /** What the gateway's API knows. */
  readonly payments: Map<string, Payment>;
  /** Questions that reached the gateway, with the minute since the beginning. */
  readonly asked: { readonly minute: number; readonly question: Question }[];
  readonly spans: Span[];
  readonly drifts: { readonly request: ConfirmRequest; readonly drifts: readonly Drift[] }[];
  /** In the place of what the API would answer. */
  answer: ((question: Question) => AskOutcome | undefined) | undefined;
  page: (span: Span) => DiscoverOutcome;
  now(): string;
  advance(minutes: number): void;
  put(connectorId: string, change?: Partial<Connector>): Promise<void>;
  /** A callback of the gateway, stored and applied. */
  tell(payment: Payment): Promise<void>;
  /** One minute's work of all functions: reconcile, confirm, apply. */
  round(): Promise<ReconcileReport>;
  /** Minute for minute. */
  run(minutes: number): Promise<void>;
  state(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

export function statementOf(payment: Payment): FetchedStatement {
  return { body: Buffer.from(JSON.stringify(payment)), declared: {}, method: 'GET', path: `/payments/${payment.id}` };
}

/** A gateway that says everything in a JSON object of {@link Payment}. */
function createGateway(asking: Asking | undefined): Gateway {
  const digest = (...parts: (string | Uint8Array)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('base64url');
  const gateway = {
    front: {
      name: 'ixopay',
      methods: ['POST'],
      keptHeaders: () => ({}),
      verify: () => ({ ok: false, code: 'signature_missing', detail: 'not asked here' }),
      inboxKey: (source, body, { askedAt = '', settles = '' }) => digest(source, body, askedAt, settles),
      acknowledge: () => ({ status: 200, headers: {}, body: 'OK' }),
    },
    normalize({ source, body, declared }) {
      const { id, status, amount, reference } = JSON.parse(Buffer.from(body).toString()) as Payment;
      const { askedAt, settles, date } = declared;
      const notification: Notification = {
        ...{
          about: 'transaction',
          id,
          kind: 'debit',
          status,
          final: true,
          correction: 'none',
          expiresAfterMinutes: 60,
        },
        ...(amount !== undefined && { amount: { amount: money(amount) } }),
        fields: reference === undefined ? {} : { merchantReference: reference },
        anomalies: [],
      };
      const asked = {
        ...(date && { signedAt: date }),
        ...(askedAt && { askedAt }),
        ...(settles && { settles: JSON.parse(settles) as string[] }),
      };
      return { origin: { source, contentDigest: digest(body), ...asked }, notifications: [notification] };
    },
    readReport: () => ({ effect: 'none', why: 'not asked here' }),
    checkSettings: () => ({ ok: true, settings: {}, secrets: {} }),
    allReadings: (settings) => settings,
    decidedBy: { signature_mismatch: '/secrets/sharedSecret' },
    variations: () => [],
    confirms: ['transaction'],
  } satisfies Gateway;
  return asking === undefined ? gateway : { ...gateway, asking };
}

/** Those of reconcile may be a home's own. */
export interface ReconcileStores extends Omit<MemoryStores, 'ledger' | 'delivery' | 'registry'> {
  readonly ledger: LedgerStore;
  readonly delivery: DeliveryStore;
  readonly registry: RegistryStore;
}

export interface ReconcileHouseOptions {
  readonly stores?: Pick<ReconcileStores, 'ledger' | 'delivery' | 'registry'>;
  readonly hooks?: StoreHooks;
  /** True: no list of changes, and no sample. */
  readonly quiet?: true;
  /** True: callbacks have no date. */
  readonly undated?: true;
}

export async function openReconcileHouse(options: ReconcileHouseOptions = {}): Promise<ReconcileHouse> {
  const stores: ReconcileStores = { ...createMemoryStores(options.hooks), ...options.stores };
  const startMs = Date.parse(START);
  let nowMs = startMs;
  const clock = { now: () => new Date(nowMs) };
  const payments = new Map<string, Payment>();
  const asking: Asking = {
    limitsOf: () => ({ perMinute: 6_000 }),
    horizonMinutes: 3 * DAY_MINUTES,
    missing: ({ secretNames }) => (secretNames.includes('password') ? [] : ['/secrets/password']),
    async ask(_deps, _connector, question) {
      house.asked.push({ minute: (nowMs - startMs) / 60_000, question });
      const answer = house.answer?.(question);
      if (answer !== undefined) return answer;
      const known = [...payments.values()].filter((payment) =>
        question.about === 'subject' ? payment.id === question.id : payment.reference === question.merchantReference,
      );
      if (known.length === 0) return { outcome: 'not_found', detail: 'There is no such payment.' };
      return { outcome: 'answered', statements: known.map(statementOf) };
    },
    async discover(_deps, _connector, span) {
      house.spans.push(span);
      return house.page(span);
    },
  };
  const { discover: _, ...withoutList } = asking;
  const gateways: Readonly<Record<string, Gateway>> = {
    ixopay: createGateway(options.quiet === true ? withoutList : asking),
    silent: createGateway(undefined),
  };
  const reconcileDeps: ReconcileDeps = {
    ...{ ...stores, gateways, clock, chance: chanceOf, batch: (work) => work(), memory: {} },
    settings: { roundMinutes: 60, driftSample: options.quiet === true ? 0 : 20 },
  };
  const horizon = { ...stores, clock };
  const confirm: ConfirmDeps = {
    ...{ ...stores, gateways, clock },
    http: { send: async () => ({ ok: false, code: 'stopping', detail: 'Not called.', sent: false, attempts: 0 }) },
    tokens: { get: async () => ({ outcome: 'cannot', detail: 'No tokens here.' }) },
    onHorizon: (request) => concludeAtHorizon(horizon, request),
    isExpectedFound: (request) => isExpectedFound(horizon, request),
    onDrift: (request, drifts) => house.drifts.push({ request, drifts }),
    trouble(error) {
      throw error;
    },
  };
  const connectorVersions = createVersionLookup(stores.registry);
  const applying = { ...stores, connectorVersions, clock, gateways, release: 'test', mayHaveFailed: true };
  let applied = 0;

  async function applyNew(): Promise<void> {
    for (const row of stores.inbox.stream.slice(applied)) {
      await applyCallback(applying, row);
      applied++;
    }
  }

  const house: ReconcileHouse = {
    ...{ stores, payments, asked: [], spans: [], drifts: [], reconcile: reconcileDeps, answer: undefined },
    page: () => ({ outcome: 'page', statements: [], notes: [] }),
    now: () => clock.now().toISOString(),
    advance(minutes) {
      nowMs += minutes * 60_000;
    },
    async put(connectorId, change = {}) {
      const before = await stores.registry.connector(connectorId);
      const sealed = await stores.secrets.seal(connectorId, { password: 'p' });
      const row: Connector = {
        ...{ connectorId, merchantId: 'acme', gateway: 'ixopay', name: connectorId, testMode: false, active: true },
        ...{ settings: {}, secrets: [{ keyId: 'k', sealed, createdAt: START }], secretNames: ['password'] },
        ...{ archived: false, createdAt: START, updatedAt: house.now(), version: (before?.version ?? 0) + 1 },
        ...change,
      };
      await stores.registry.putConnector(row, before?.version, AUDIT);
    },
    async tell(payment) {
      const { body } = statementOf(payment);
      const bodySha256 = createHash('sha256').update(body).digest('hex');
      const row: InboxRow = {
        callbackId: `acme-1:${bodySha256}`,
        ...{ connectorId: 'acme-1', merchantId: 'acme', gateway: 'ixopay', source: 'pushed', mode: 'live' },
        ...{ receivedAt: house.now(), method: 'POST', path: '/callbacks/acme-1', rawQuery: '', headers: {} },
        ...{ declared: options.undated ? {} : { date: house.now() }, connectorVersion: 1, body, bodySha256 },
      };
      await stores.inbox.put(row);
      await applyNew();
    },
    async round() {
      const report = await reconcile(reconcileDeps);
      await confirmDue(confirm);
      await applyNew();
      return report;
    },
    async run(minutes) {
      for (let minute = 0; minute < minutes; minute++) {
        house.advance(1);
        await house.round();
      }
    },
    async state(id) {
      return (await stores.ledger.newest({ connectorId: 'acme-1', type: 'transaction', id })).version?.data;
    },
  };
  await house.put('acme-1');
  return house;
}

/** All that were put, the open ones first. */
export async function questions({ stores }: ReconcileHouse): Promise<readonly ConfirmRequest[]> {
  const [open, done] = await Promise.all([
    stores.delivery.confirmations({ limit: 100 }),
    stores.delivery.confirmations({ limit: 100, state: 'done' }),
  ]);
  return [...open.items, ...done.items];
}
