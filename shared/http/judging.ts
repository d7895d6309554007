import type { RemoteTools } from '#shared/gateways/gateway.ts';
import type { ExplainDeps } from '#shared/pipeline/explain-refused.ts';
import type { Clock } from '#shared/pipeline/ports.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import type { AdminDeps } from './admin-deps.ts';

/** One request of the API judges up to 20 callbacks, and an edge waits for less than 30 s. */
const OUTSIDE_MS = 10_000;

/** What judges a callback again for one request: secrets are opened for it and not remembered. */
export function judgingFor(
  deps: Pick<AdminDeps, 'registry' | 'gateways' | 'clock' | 'callbackBase' | 'secrets' | 'remote'>,
): ExplainDeps {
  const { registry, gateways, clock, remote } = deps;
  const basePath = new URL(deps.callbackBase).pathname.replace(/\/+$/, '');
  return {
    ...{ registry, gateways, clock, basePath, secrets: createSecretReader(deps.secrets) },
    ...(remote && { remote: within(remote, clock, OUTSIDE_MS) }),
  };
}

/** Asks nobody any more once `limitMs` are over: as if nobody could be reached. */
function within(remote: () => Promise<RemoteTools>, clock: Clock, limitMs: number): () => Promise<RemoteTools> {
  const sinceMs = clock.now().getTime();
  const isOver = () => clock.now().getTime() - sinceMs >= limitMs;
  return async () => {
    const { http, certificates, now } = await remote();
    return {
      http: {
        send: async (request) =>
          isOver() ? { ok: false, code: 'timeout', detail: OVER, sent: false, attempts: 0 } : http.send(request),
      },
      certificates: {
        get: async (demand) =>
          isOver() ? { ok: false, code: 'certificate_unavailable', detail: OVER } : certificates.get(demand),
      },
      now,
    };
  };
}

const OVER = 'Too much time went by with fetching for this one request: ask again, for fewer callbacks at a time.';
