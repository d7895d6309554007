import type { Gateway, GatewayFront } from '#shared/gateways/gateway.ts';
import type { KeptRequest } from './kept-request.ts';
import type { InboxStore, ListedRefusal, RefusedSample, RefusedStore } from './ports.ts';
import { type JudgeDeps, receiveAt } from './receive-at.ts';

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

async function takeThrough(
  deps: JudgeDeps,
  fronts: Readonly<Record<string, GatewayFront>>,
  inbox: Pick<InboxStore, 'put'>,
  sample: ListedRefusal,
  request: KeptRequest,
): Promise<Judged> {
  const { row, put, refused } = await receiveAt(deps, fronts, inbox, sample.at, request);
  if (row !== undefined && (put === 'stored' || put === 'duplicate'))
    return { ok: true, callbackId: row.callbackId, put };
  const { code = 'unknown_connector', detail = 'the connector is gone' } = refused ?? {};
  return { ok: false, code, detail };
}
