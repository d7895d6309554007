import { loadedFronts } from '#shared/gateways/front-table.ts';
import type { GatewayFront, HttpAnswer, RawCallback, RemoteTools } from '#shared/gateways/gateway.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import type { SecretReader } from '#shared/registry/secret-reader.ts';
import type { Clock, InboxRow, InboxStore, RefusedSample } from './ports.ts';
import { receive } from './receive.ts';

export interface JudgeDeps {
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  /** Path of the public URL without a trailing slash. */
  readonly basePath: string;
  readonly remote?: () => Promise<RemoteTools>;
}

/** What became of a request on the way of a received callback. */
export interface Seen {
  readonly answer: HttpAnswer;
  /** It is genuine, and this was given to the inbox. */
  readonly row?: InboxRow;
  readonly put?: Awaited<ReturnType<InboxStore['put']>>;
  readonly refused?: RefusedSample;
}

/**
 * Through the very way of a received callback: token, retirement, readiness, method, secrets and members are judged as they
 * are now; only what a gateway reads from the clock (the age of a signed date) is judged by `at`, ISO, when it came. Nothing
 * is recorded of a refusal. Rejects where our own storage is in trouble.
 */
export async function receiveAt(
  deps: JudgeDeps,
  fronts: Readonly<Record<string, GatewayFront>>,
  inbox: Pick<InboxStore, 'put'>,
  at: string,
  request: RawCallback,
): Promise<Seen> {
  const seen: { row?: InboxRow; put?: Seen['put']; refused?: RefusedSample; trouble?: unknown } = {};
  const judging = Object.entries(fronts).map(([name, front]) => [name, judgingBy(front, new Date(at))]);
  const answer = await receive(
    {
      connectors: createConnectorLookup(deps.registry, deps.clock),
      secrets: deps.secrets,
      fronts: loadedFronts(Object.fromEntries(judging)),
      inbox: {
        async put(row) {
          seen.row = { ...row, receivedAt: at };
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
  const { row, put, refused } = seen;
  return { answer, ...(row && { row }), ...(put && { put }), ...(refused && { refused }) };
}

function judgingBy(front: GatewayFront, at: Date): GatewayFront {
  return {
    ...front,
    verify: (callback, connector, _now, certificate) => front.verify(callback, connector, at, certificate),
  };
}
