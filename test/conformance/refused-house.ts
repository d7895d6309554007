import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { GATEWAYS } from '#shared/gateways/gateways.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { readSample } from '#shared/gateways/sample.ts';
import { type Explanation, explainRefused } from '#shared/pipeline/explain-refused.ts';
import type { ListedRefusal } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import { type Retaken, retakeRefused } from '#shared/pipeline/retake-refused.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { Connector, SealedSecret } from '#shared/registry/records.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createMemoryStores } from '../memory-stores/memory-stores.ts';

const EVENTS = fileURLToPath(new URL('../../events/ixopay', import.meta.url));
/** A second after what the samples are dated. */
export const ARRIVAL = new Date('2026-01-15T09:30:01.000Z');

function sampleOf(name: string) {
  return readSample(join(EVENTS, name));
}

/** One connector as a sample configures it, in memory: receives, explains and takes in again. */
export async function refusedHouse(name: string, settings: Readonly<Record<string, unknown>> = {}) {
  const { callback, sample } = sampleOf(name);
  const stores = createMemoryStores();
  const state = { nowMs: ARRIVAL.getTime() };
  const clock = { now: () => new Date(state.nowMs) };
  const secrets = createSecretReader(stores.secrets);
  const { id, apiKey, sharedSecret } = sample.connector;
  const shared = { registry: stores.registry, secrets, clock, basePath: '' };

  async function sealed(owner: string, secret: string, over: Partial<SealedSecret> = {}): Promise<SealedSecret> {
    const text = await stores.secrets.seal(owner, { sharedSecret: secret });
    return { keyId: `key-${owner}`, sealed: text, createdAt: '2026-01-01T00:00:00.000Z', ...over };
  }

  async function put(connectorId: string, change: Partial<Connector> = {}): Promise<void> {
    const before = await stores.registry.connector(connectorId);
    const checked = ixopay.checkSettings(
      { apiKey, ...sample.connector.settings, ...settings },
      { sharedSecret },
      'new',
    );
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const row: Connector = {
      connectorId,
      merchantId: 'acme',
      gateway: 'ixopay',
      name: connectorId,
      settings: checked.settings,
      secrets: [await sealed(connectorId, sharedSecret)],
      secretNames: ['sharedSecret'],
      testMode: false,
      active: true,
      archived: false,
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      ...before,
      ...change,
      version: (before?.version ?? 0) + 1,
    };
    const audit = { at: row.updatedAt, who: 'test', what: 'connector.change', resource: `/connectors/${connectorId}` };
    await stores.registry.putConnector(row, before?.version, { ...audit, changes: [] });
  }

  async function post(request: RawCallback): Promise<number> {
    const trouble = (error: unknown) => {
      throw error;
    };
    const deps = { ...shared, fronts: GATEWAY_FRONTS, inbox: stores.inbox, refused: stores.refused, trouble };
    return (await receive({ ...deps, connectors: createConnectorLookup(stores.registry, clock) }, request)).status;
  }

  async function newest(): Promise<ListedRefusal> {
    const [item] = (await stores.refused.list(id)).items;
    if (item === undefined) throw new Error('nothing was refused');
    return item;
  }

  async function explain(n?: number): Promise<Explanation> {
    const connector = await stores.registry.connector(id);
    const kept = await stores.refused.kept(id, n ?? (await newest()).n);
    if (connector === undefined || kept === undefined) throw new Error('no connector or no sample');
    return explainRefused({ ...shared, gateways: GATEWAYS_NOW }, connector, kept);
  }

  const accept = (n?: number): Promise<readonly Retaken[] | undefined> =>
    retakeRefused({ ...shared, gateways: GATEWAYS_NOW, refused: stores.refused, inbox: stores.inbox }, id, n);

  await put(id);
  return { callback, sample, stores, state, id, sharedSecret, sealed, put, post, newest, explain, accept };
}

const GATEWAYS_NOW = Object.fromEntries(
  Object.entries(GATEWAYS).flatMap(([name, gateway]) => (gateway === undefined ? [] : [[name, gateway]])),
);
