import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isStorageTrouble } from '#local/store/sqlite-trouble.ts';
import type { RemoteTools } from '#shared/gateways/gateway.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { PROVISIONS } from '#shared/gateways/provisions.ts';
import { type AdminApi, createAdminApi } from '#shared/http/admin-api.ts';
import { authenticationByToken } from '#shared/http/authentication.ts';
import { createTokenBuckets } from '#shared/http/rate-limit.ts';
import { redriveRoute } from '#shared/http/redrive-route.ts';
import { backfillRoute } from '#shared/http/routes/backfill.ts';
import { merchantTokenRoutes } from '#shared/http/routes/merchant-tokens.ts';
import { subscriptionTestRoute } from '#shared/http/routes/subscription-test.ts';
import type { ApplyDeps } from '#shared/pipeline/apply.ts';
import { backfill } from '#shared/pipeline/backfill.ts';
import type { DeliveryStore, InboxStore, LedgerStore } from '#shared/pipeline/ports.ts';
import { redrive } from '#shared/pipeline/redrive.ts';
import type { RelayDeps } from '#shared/pipeline/relay.ts';
import type { SecretBox } from '#shared/registry/records.ts';
import type { InboxOverPort } from './inbox-over-port.ts';
import { createQueueDirectory } from './local-queues.ts';
import type { PumpSettings } from './messages.ts';
import type { PumpFiles } from './pump-files.ts';
import { nextTurn } from './pump-loop.ts';

export interface PumpAdminDeps {
  readonly settings: PumpSettings;
  readonly files: PumpFiles;
  readonly overPort: InboxOverPort;
  readonly secrets: SecretBox;
  readonly outbound: OutboundClient;
  readonly remote: () => Promise<RemoteTools>;
  readonly pipeline: ApplyDeps & RelayDeps;
  /** Told before the change is answered. */
  readonly connectorChanged: (connectorId: string) => void;
  /** Parked deliveries may be due. */
  readonly deliveriesReleased: () => void;
  readonly trouble: (error: unknown) => void;
}

/** The operator's is there to stop what runs away, a read token's to let a consumer fill many gaps. */
const RATES = { operator: { perSecond: 1_000, burst: 10_000 }, subscription: { perSecond: 100, burst: 1_000 } };

/** The admin API over the pump's files, with redrive and backfill. */
export function createPumpAdmin(deps: PumpAdminDeps): AdminApi {
  const { settings, files, overPort, pipeline } = deps;
  const { ledger, registry, positions } = files.ledger;
  const { clock } = pipeline;
  const inbox: InboxStore = { ...files.inbox, put: overPort.put };
  const paged = { ...pipeline, ledger: givingWay(ledger), inbox, isStorageTrouble };
  const newId = () => randomBytes(9).toString('base64url');
  const redriving = redriveRoute({
    redrive: async (from, options) => {
      const report = await redrive(paged, from, options);
      deps.deliveriesReleased();
      return report;
    },
    registry,
    clock,
  });
  const admin = {
    registry,
    ledger,
    inbox,
    refused: { list: overPort.listRefused, kept: overPort.keptRefused },
    delivery: tellingOfReleases(files.ledger.delivery, deps.deliveriesReleased),
    secrets: deps.secrets,
    gateways: GATEWAYS,
    remote: deps.remote,
    // The HTTP thread is told of a change before the answer: it is in force at once.
    provisioning: { http: deps.outbound, provisions: PROVISIONS, inForceAfterMs: 0, pause },
    queues: createQueueDirectory(files.engine, settings.sqsEndpoint),
    clock,
    randomToken: (bytes: number) => randomBytes(bytes).toString('base64url'),
    authentication: authenticationByToken({
      operatorTokenSha256: settings.operatorTokenSha256,
      tokens: files.ledger.tokens,
      clock,
    }),
    rateLimits: { limiter: createTokenBuckets(clock), ...RATES },
    callbackBase: settings.callbackBase,
    schemaBase: settings.apiBase,
    activationDelayMs: 0,
    progress: async () => ({
      unapplied: await files.inbox.countAfter(await positions.position('applied')),
      unpublished: await ledger.countVersionsAfter(await positions.position('relayed')),
    }),
    registryChanged: async (kind: string, id: string) => {
      if (kind === 'connector') deps.connectorChanged(id);
      else deps.deliveriesReleased();
    },
    trouble: deps.trouble,
  };
  const backfilling = backfillRoute({
    ...admin,
    backfill: async (subscription, request, options) => {
      const report = await backfill({ ...paged, newId }, subscription, request, options);
      // What the relay met meanwhile waits for redelivery.
      deps.deliveriesReleased();
      return report;
    },
  });
  const testing = subscriptionTestRoute({ ...admin, sender: pipeline.sender });
  const tokens = merchantTokenRoutes({ ...admin, tokens: files.ledger.tokens });
  return createAdminApi(admin, [redriving, backfilling, testing, ...tokens]);
}

function tellingOfReleases(delivery: DeliveryStore, tell: () => void): DeliveryStore {
  return {
    ...delivery,
    async releaseCursors(...about) {
      const released = await delivery.releaseCursors(...about);
      tell();
      return released;
    },
  };
}

/** Redrive and backfill are long walks: at each record and page, looked up here, the loops and requests get their turn. */
function givingWay(ledger: LedgerStore): LedgerStore {
  return {
    ...ledger,
    async outcomes(...about) {
      await nextTurn();
      return ledger.outcomes(...about);
    },
    async find(query) {
      await nextTurn();
      return ledger.find(query);
    },
  };
}
