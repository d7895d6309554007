import { loadedFronts } from '#shared/gateways/front-table.ts';
import type { Gateway, GatewayFront, RemoteTools } from '#shared/gateways/gateway.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import type { SecretReader } from '#shared/registry/secret-reader.ts';
import type { KeptRequest } from './kept-request.ts';
import type { Clock, InboxRow, InboxStore, ListedRefusal, RefusedSample, RefusedStore } from './ports.ts';
import { receive } from './receive.ts';

export interface JudgeDeps {
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  /** Path of the public URL without a trailing slash. */
  readonly basePath: string;
  readonly remote?: () => Promise<RemoteTools>;
}

export interface RetakeDeps extends JudgeDeps {
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly refused: Pick<RefusedStore, 'list' | 'kept'>;
  readonly inbox: Pick<InboxStore, 'put'>;
}

export type Retaken =
  | { readonly n: number; readonly outcome: 'stored' | 'duplicate'; readonly callbackId: string }
  | { readonly n: number; readonly outcome: 'refused'; readonly code: RefusedSample['code']; readonly detail: string }
  /** Nothing, or only the beginning of its body, was kept. */
  | { readonly n: number; readonly outcome: 'not_kept' };

type Judged =
  | { readonly ok: true; readonly callbackId: string; readonly put: 'stored' | 'duplicate' }
  | { readonly ok: false; readonly code: RefusedSample['code']; readonly detail: string };

/**
 * Takes in what was refused and now verifies, the oldest first: the bytes as they came, the verdict of now, received
 * when it was. `n` absent: all that are kept. Undefined: there is no sample `n`. A repeat stores nothing again.
 */
export async function retakeRefused(
  deps: RetakeDeps,
  connectorId: string,
  n?: number,
): Promise<readonly Retaken[] | undefined> {
  const { items } = n === undefined ? await deps.refused.list(connectorId) : { items: [{ n }] };
  const retaken: Retaken[] = [];
  for (const item of items.toReversed()) {
    const found = await deps.refused.kept(connectorId, item.n);
    if (found === undefined && n !== undefined) return undefined;
    // Pushed out since the list was read.
    if (found === undefined) continue;
    retaken.push(await retake(deps, found.sample, found.request));
  }
  return retaken;
}

async function retake(deps: RetakeDeps, sample: ListedRefusal, request: KeptRequest | undefined): Promise<Retaken> {
  const { n } = sample;
  if (request?.whole !== true) return { n, outcome: 'not_kept' };
  const fronts = Object.fromEntries(Object.entries(deps.gateways).map(([name, { front }]) => [name, front]));
  const judged = await takeThrough(deps, fronts, deps.inbox, sample, request);
  if (!judged.ok) return { n, outcome: 'refused', code: judged.code, detail: judged.detail };
  return { n, outcome: judged.put, callbackId: judged.callbackId };
}

/** The verdict of now; nothing is stored. */
export function judgeAgain(
  deps: JudgeDeps,
  front: GatewayFront,
  sample: ListedRefusal,
  request: KeptRequest,
): Promise<Judged> {
  return takeThrough(deps, { [front.name]: front }, { put: async () => 'stored' }, sample, request);
}

/**
 * Through the very way of a received callback: token, retirement, readiness, method, secrets and members are judged as they
 * are now; only what a gateway reads from the clock (the age of a signed date) is judged by when it came.
 */
async function takeThrough(
  deps: JudgeDeps,
  fronts: Readonly<Record<string, GatewayFront>>,
  inbox: Pick<InboxStore, 'put'>,
  sample: ListedRefusal,
  request: KeptRequest,
): Promise<Judged> {
  const receivedAt = new Date(sample.at);
  const seen: {
    row?: InboxRow;
    put?: Awaited<ReturnType<InboxStore['put']>>;
    refused?: RefusedSample;
    trouble?: unknown;
  } = {};
  await receive(
    {
      connectors: createConnectorLookup(deps.registry, deps.clock),
      secrets: deps.secrets,
      fronts: loadedFronts(
        Object.fromEntries(Object.entries(fronts).map(([name, front]) => [name, judgingBy(front, receivedAt)])),
      ),
      inbox: {
        async put(row) {
          seen.row = { ...row, receivedAt: sample.at };
          seen.put = await inbox.put(seen.row);
          return seen.put;
        },
      },
      refused: {
        record(refused) {
          seen.refused = refused;
        },
      },
      clock: deps.clock,
      basePath: deps.basePath,
      ...(deps.remote && { remote: deps.remote }),
      trouble(error) {
        seen.trouble = error;
      },
    },
    request,
  );
  if ('trouble' in seen) throw seen.trouble;
  if (seen.row !== undefined && (seen.put === 'stored' || seen.put === 'duplicate')) {
    return { ok: true, callbackId: seen.row.callbackId, put: seen.put };
  }
  const { code = 'unknown_connector', detail = 'the connector is gone' } = seen.refused ?? {};
  return { ok: false, code, detail };
}

function judgingBy(front: GatewayFront, at: Date): GatewayFront {
  return {
    ...front,
    verify: (callback, connector, _now, certificate) => front.verify(callback, connector, at, certificate),
  };
}
