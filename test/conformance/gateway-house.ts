import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { HttpAnswer, RawCallback } from '#shared/gateways/gateway.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import { createAccessTokens } from '#shared/outbound/access-tokens.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import { type ConfirmReport, confirmDue } from '#shared/pipeline/confirm.ts';
import { fetchedRow } from '#shared/pipeline/confirm-rows.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createVersionLookup } from '#shared/registry/version-lookup.ts';
import { putConnector } from '#shared/registry/write-connector.ts';
import { putMerchant } from '#shared/registry/write-merchant.ts';
import { createMemoryStores, type MemoryStores } from '../memory-stores/memory-stores.ts';
import { type SampledCallback, toolsOf } from './sampled-gateways.ts';

const DAY_MS = 86_400_000;

/** The way of a callback from its URL to its event, through use cases and generated tables only, in memory. */
export interface GatewayHouse {
  readonly stores: MemoryStores;
  readonly clock: { now: () => Date };
  /** Registers the sample's connector, if it is not yet. */
  register(gateway: string, sample: SampledCallback): Promise<void>;
  /** As the sample's gateway would call at the sample's time: `callback` in its place. */
  call(sample: SampledCallback, callback?: RawCallback): Promise<HttpAnswer>;
  /** Applies rows of the inbox; left out: those that were not applied yet. */
  apply(rows?: readonly InboxRow[]): Promise<void>;
  /** Asks gateways what is due, by this client. */
  confirm(http: OutboundClient): Promise<ConfirmReport>;
  /** Takes in what the gateway lists of the last day; `settings`: those that switch its list on. */
  discover(gateway: string, http: OutboundClient, settings: Readonly<Record<string, unknown>>): Promise<void>;
  setTime(at: Date): void;
}

export function openGatewayHouse(): GatewayHouse {
  const stores = createMemoryStores();
  let nowMs = Date.parse('2026-07-21T12:00:00.000Z');
  const clock = { now: () => new Date(nowMs) };
  const connectors = createConnectorLookup(stores.registry, clock);
  const secrets = createSecretReader(stores.secrets);
  const connectorVersions = createVersionLookup(stores.registry);
  const applying = {
    ...{ ...stores, connectorVersions, clock, gateways: GATEWAYS, release: 'test', mayHaveFailed: true },
  };
  const tokens = createAccessTokens(clock);
  let applied = 0;

  async function register(gateway: string, { sample }: SampledCallback): Promise<void> {
    const { id, settings, secrets: given, testMode, token } = sample.connector;
    if ((await stores.registry.connector(id)) !== undefined) return;
    const context = { now: clock.now(), who: 'test' };
    insist(await putMerchant(stores.registry, { merchantId: 'acme' }, context));
    const deps = {
      ...{ registry: stores.registry, gateways: GATEWAYS, secrets: stores.secrets },
      randomToken: () => token ?? 'no-token-is-needed',
    };
    const change = { connectorId: id, merchantId: 'acme', gateway, name: id, settings, secrets: given, testMode };
    insist(await putConnector(deps, change, context));
  }

  return {
    stores,
    clock,
    register,
    confirm(http) {
      const asking = { ...stores, http, tokens, clock, gateways: GATEWAYS };
      return confirmDue({
        ...asking,
        onHorizon: async () => undefined,
        isExpectedFound: async () => false,
        onDrift: () => undefined,
        trouble(error) {
          throw error;
        },
      });
    },
    async discover(name, http, more) {
      const gateway = GATEWAYS[name];
      const { items } = await stores.registry.connectors({ limit: 100 });
      for (const connector of items.filter((row) => row.gateway === name)) {
        const to = clock.now();
        const span = { from: new Date(to.getTime() - DAY_MS).toISOString(), to: to.toISOString() };
        const opened = await secrets(connector);
        const settings = { ...connector.settings, ...more };
        const asked = { ...connector, settings, secrets: opened[0]?.values ?? {} };
        const outcome = await gateway?.asking?.discover?.({ http, tokens, ...clock }, asked, span);
        if (gateway === undefined || outcome?.outcome !== 'page') throw new Error(JSON.stringify(outcome));
        const when = { askedAt: to.toISOString(), settles: [] };
        const rows = outcome.statements.map((one) => fetchedRow(connector, gateway, one, when, to));
        for (const row of rows) await stores.inbox.put(row);
      }
    },
    setTime(at) {
      nowMs = at.getTime();
    },
    call(sample, callback = sample.callback) {
      const deps = {
        ...{ connectors, secrets, fronts: GATEWAY_FRONTS, inbox: stores.inbox, refused: stores.refused },
        // The sample's signature may be good for a time only; what comes after it runs by the clock of the house.
        clock: { now: () => sample.at },
        basePath: '',
        remote: async () => toolsOf(sample),
        trouble(error: unknown) {
          throw error;
        },
      };
      return receive(deps, callback);
    },
    async apply(rows = stores.inbox.stream.slice(applied)) {
      applied = stores.inbox.stream.length;
      for (const row of rows) await applyCallback(applying, row);
    },
  };
}

function insist(result: { readonly ok: boolean }): void {
  if (!result.ok) throw new Error(JSON.stringify(result));
}
