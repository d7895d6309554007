import type { FieldProblem, Gateway, RawCallback } from '#shared/gateways/gateway.ts';
import type { Notification } from '#shared/model/notification.ts';
import type { Connector } from '#shared/registry/records.ts';
import { readCallbackPath } from './callback-path.ts';
import { type ExplainDeps, explainRefused } from './explain-refused.ts';
import { withPlausibility } from './plausibility.ts';
import type { InboxRow, RefusedSample } from './ports.ts';
import { receiveAt } from './receive-at.ts';
import type { LikelyCause } from './refusal-causes.ts';

/** What became of a callback that an operator pasted. Nothing of it is stored. */
export type TestedCallback =
  | {
      readonly outcome: 'accepted';
      /** What the gateway would be answered. */
      readonly status: number;
      readonly verdict: InboxRow['verdict'];
      /** Whose secret matched. */
      readonly connectorId: string;
      readonly notifications: readonly Notification[];
      readonly problems: readonly FieldProblem[];
    }
  | {
      readonly outcome: 'refused';
      readonly status: number;
      readonly refusal: Pick<RefusedSample, 'code' | 'detail' | 'tried' | 'clockDifferenceMs'>;
      /** The likeliest first. */
      readonly causes: readonly LikelyCause[];
    }
  /** A health check: neither verified nor stored. */
  | { readonly outcome: 'answered'; readonly status: number };

/**
 * Verifies and reads a request with the connector's stored secrets, as if it had been received at `at` (ISO): the same way,
 * with an inbox that forgets.
 */
export async function testCallback(
  deps: ExplainDeps,
  connector: Connector,
  request: RawCallback,
  at: string,
): Promise<TestedCallback> {
  const { connectorId } = connector;
  if (readCallbackPath(request.path, deps.basePath)?.connectorId !== connectorId) {
    const detail = `the path is not a callback URL of connector ${connectorId}: ${deps.basePath}/callbacks/${connectorId}`;
    return { outcome: 'refused', status: 404, refusal: { code: 'unknown_connector', detail }, causes: [] };
  }
  const gateway = Object.hasOwn(deps.gateways, connector.gateway) ? deps.gateways[connector.gateway] : undefined;
  const fronts = gateway === undefined ? {} : { [connector.gateway]: gateway.front };
  const seen = await receiveAt(deps, fronts, { put: async () => 'stored' }, at, request);
  const { status } = seen.answer;
  if (seen.row !== undefined && gateway !== undefined) {
    return { outcome: 'accepted', status, ...(await readingOf(deps, gateway, connector, seen.row)) };
  }
  if (seen.refused === undefined) return { outcome: 'answered', status };
  const { code, detail, tried, clockDifferenceMs } = seen.refused;
  // Nothing was kept of it: explain is given the request itself.
  const sample = { ...seen.refused, at, n: 0 };
  const { causes } = await explainRefused(deps, connector, { sample, request: { ...request, whole: true } });
  const refusal = {
    code,
    detail,
    ...(tried && { tried }),
    ...(clockDifferenceMs !== undefined && { clockDifferenceMs }),
  };
  return { outcome: 'refused', status, refusal, causes };
}

async function readingOf(deps: ExplainDeps, gateway: Gateway, via: Connector, row: InboxRow) {
  const { source, body, declared, verdict, connectorId } = row;
  const matched = connectorId === via.connectorId ? via : ((await deps.registry.connector(connectorId)) ?? via);
  const said = gateway.normalize({ source, body, declared });
  const { notifications } = withPlausibility(said, row, matched);
  const problems = [
    ...(gateway.inspect?.({ source, body, declared }) ?? []),
    ...notifications.flatMap((one, i) => problemsOf(one, `/notifications/${i}`)),
  ];
  return { verdict, connectorId, notifications, problems };
}

/** What a notification cannot say, or is flagged with. */
function problemsOf(notification: Notification, field: string): readonly FieldProblem[] {
  if (notification.about === 'notice') {
    const { status, reason, detail } = notification;
    return status === 'UNRECOGNIZED' ? [{ field, message: `${reason}: ${detail ?? 'it is kept, unread'}` }] : [];
  }
  return notification.anomalies.map(({ code, field: place, value }) => {
    const message = `is flagged ${code}${place === undefined ? '' : ` (${place})`}`;
    return value === undefined ? { field, message } : { field, value, message };
  });
}
