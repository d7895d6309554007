import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { TransactionState } from '#shared/model/state.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import { confirmDue } from '#shared/pipeline/confirm.ts';
import type { ConfirmDeps } from '#shared/pipeline/confirm-deps.ts';
import type { DeliveryStore, InboxRow, InboxStore, LedgerStore } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { RECONCILE_SETTINGS, type ReconcileDeps, type ReconcileReport, reconcile } from '#shared/pipeline/reconcile.ts';
import { concludeAtHorizon, isExpectedFound } from '#shared/pipeline/reconcile-hooks.ts';
import { report } from '#shared/pipeline/report.ts';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { RegistryStore, SecretBox } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { tokenDigest } from '#shared/registry/token-digest.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { certificatesOf, gatewayApis } from './gateway-apis.ts';
import type { GatewayScripts, Story } from './story.ts';

/** A home's stores; who uses them is the same program in both. */
export interface HomeStores {
  readonly inbox: InboxStore;
  readonly ledger: LedgerStore;
  readonly delivery: DeliveryStore;
  readonly registry: RegistryStore & AuditLog;
  readonly secrets: SecretBox;
}

export interface LossyHouse {
  /** Status and body of the answer. */
  deliver(callback: RawCallback): Promise<number>;
  report(connectorId: string, result: unknown): Promise<void>;
  /** Goes on for so many days: applies, asks, looks for what is due, until nothing waits. */
  live(days: number): Promise<void>;
  transaction(connectorId: string, id: string): Promise<TransactionState | undefined>;
  /** Ids of all transactions of a connector. */
  transactions(connectorId: string): Promise<readonly string[]>;
  readonly troubles: readonly unknown[];
  readonly reports: readonly ReconcileReport[];
}

const AUDIT = { at: '2026-01-01T00:00:00.000Z', who: 'test', what: 'made', resource: 'test', changes: [] };
const STAMP = { version: 1, createdAt: AUDIT.at, updatedAt: AUDIT.at };
const DAY_MS = 86_400_000;
/** As the schedule calls. */
const STEP_MS = 60_000;

/** One merchant with a connector of each gateway, over the stores of a home. All callbacks of the stories are over at `now`. */
export async function openLossyHouse(
  stores: HomeStores,
  scripts: readonly GatewayScripts[],
  stories: readonly Story[],
  now: string,
): Promise<LossyHouse> {
  await register(stores, scripts);
  let nowMs = Date.parse(now);
  const clock = { now: () => new Date(nowMs) };
  const unapplied: InboxRow[] = [];
  const troubles: unknown[] = [];
  const trouble = (error: unknown) => void troubles.push(error);
  const inbox: InboxStore = {
    ...stores.inbox,
    get: (id) => stores.inbox.get(id),
    async put(row) {
      const outcome = await stores.inbox.put(row);
      if (outcome === 'stored') unapplied.push(row);
      return outcome;
    },
  };
  const http = gatewayApis(scripts, stories);
  const { registry, ledger, delivery, secrets } = stores;
  const receiving = {
    connectors: createConnectorLookup(registry, clock),
    secrets: createSecretReader(secrets),
    fronts: GATEWAY_FRONTS,
    inbox,
    refused: { record: trouble },
    clock,
    basePath: '',
    remote: async () => ({ http, now: clock.now, certificates: certificatesOf(scripts) }),
    trouble,
  };
  const connectorVersions = createVersionLookup(registry);
  const applying: ApplyDeps = {
    ...{ gateways: GATEWAYS, ledger, delivery, connectorVersions, clock, release: 'test', mayHaveFailed: true },
  };
  const asking: ConfirmDeps = {
    ...{ registry, ledger, delivery, inbox, secrets, gateways: GATEWAYS, http, clock, trouble },
    tokens: createAccessTokens({ now: clock.now }),
    onHorizon: (request) => concludeAtHorizon({ registry, ledger, inbox, clock }, request),
    isExpectedFound: (request) => isExpectedFound({ ledger }, request),
    onDrift: ({ about }, drifts) => drifts.length > 0 && trouble({ about, drifts }),
  };
  const reconciling: ReconcileDeps = {
    ...{ ledger, delivery, registry, gateways: GATEWAYS, clock, chance: () => 0.5, memory: {} },
    settings: { ...RECONCILE_SETTINGS, roundMinutes: 24 * 60, driftSample: 1 },
    batch: (work) => work(),
  };
  const reports: ReconcileReport[] = [];

  async function applyAll(): Promise<void> {
    for (let row = unapplied.shift(); row !== undefined; row = unapplied.shift()) await applyCallback(applying, row);
  }

  async function settle(): Promise<void> {
    for (;;) {
      await applyAll();
      reports.push(await reconcile(reconciling));
      await confirmDue(asking);
      if (unapplied.length === 0) return;
    }
  }

  return {
    deliver: async (callback) => (await receive(receiving, callback)).status,
    async report(connectorId, result) {
      const outcome = await report({ registry, inbox, gateways: GATEWAYS, clock }, { connectorId, result });
      if (outcome.effect !== 'stored') throw new Error(`${connectorId}: ${JSON.stringify(outcome)}`);
    },
    async live(days) {
      const endMs = nowMs + days * DAY_MS;
      for (; nowMs < endMs; nowMs = Math.min(endMs, await nextMs(delivery, nowMs))) await settle();
      await settle();
    },
    async transaction(connectorId, id) {
      const { version } = await ledger.newest({ connectorId, type: 'transaction', id });
      return version?.data as unknown as TransactionState | undefined;
    },
    async transactions(connectorId) {
      const ids: string[] = [];
      for (let cursor: string | undefined, more = true; more; ) {
        const page = await ledger.find({ type: 'transaction', connectorId, limit: 500, ...(cursor && { cursor }) });
        ids.push(...page.items.map(({ key }) => key.id));
        cursor = page.cursor ?? undefined;
        more = cursor !== undefined;
      }
      return ids;
    },
    troubles,
    reports,
  };
}

/** When the next question is due, at least a minute and at most a day on. */
async function nextMs(delivery: DeliveryStore, nowMs: number): Promise<number> {
  const tomorrow = nowMs + DAY_MS;
  const [next] = await delivery.dueConfirmations(new Date(tomorrow).toISOString(), 1);
  const dueMs = next?.nextAt == null ? tomorrow : Date.parse(next.nextAt);
  return Math.min(tomorrow, Math.max(nowMs + STEP_MS, dueMs));
}

async function register({ registry, secrets }: HomeStores, scripts: readonly GatewayScripts[]): Promise<void> {
  await registry.putMerchant({ merchantId: 'acme', name: 'Acme', archived: false, ...STAMP }, undefined, AUDIT);
  for (const { gateway, connectorId, settings, secrets: hidden, token } of scripts) {
    const checked = GATEWAYS[gateway]?.checkSettings(settings, hidden, 'new');
    if (checked?.ok !== true) throw new Error(`${connectorId}: ${JSON.stringify(checked?.problems)}`);
    const sealed = await secrets.seal(connectorId, checked.secrets);
    await registry.putConnector(
      {
        ...{ connectorId, merchantId: 'acme', gateway, name: connectorId, settings: checked.settings, ...STAMP },
        secrets: [{ keyId: 'k1', sealed, createdAt: AUDIT.at }],
        secretNames: Object.keys(checked.secrets),
        ...{ testMode: true, active: true, archived: false },
        ...(token !== undefined && { callbackTokenSha256: tokenDigest(token) }),
      },
      undefined,
      AUDIT,
    );
  }
}
