import type { Gateway } from '#shared/gateways/gateway.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import type { Clock, ConfirmRequest, DeliveryStore } from './ports.ts';
import { spanQuestion } from './reconcile-discovery.ts';

export interface RequestSpanDeps {
  readonly registry: Pick<RegistryStore, 'connector'>;
  readonly delivery: Pick<DeliveryStore, 'putConfirmation' | 'waitingAbout'>;
  readonly gateways: Readonly<Record<string, Pick<Gateway, 'asking'>>>;
  readonly clock: Clock;
}

/** ISO times; from inclusive, to exclusive. */
export interface SpanRequest {
  readonly connectorId: string;
  readonly from: string;
  readonly to: string;
}

export type RequestSpanOutcome =
  /** Also where the same span is being read already. */
  | { readonly outcome: 'asked'; readonly question: ConfirmRequest }
  /** `not_in_use`: switched off or archived. `cannot`: the gateway has no list, or credentials are missing. */
  | { readonly outcome: 'unknown_connector' | 'not_in_use' | 'cannot'; readonly detail: string }
  | { readonly outcome: 'invalid'; readonly field: 'from' | 'to'; readonly message: string };

const LONGEST_DAYS = 31;
const DAY_MS = 86_400_000;

/** Asks a gateway for all that changed in a span, as after an outage: page by page, within its limits (confirm). */
export async function requestSpan(deps: RequestSpanDeps, request: SpanRequest): Promise<RequestSpanOutcome> {
  const { connectorId, from, to } = request;
  const now = deps.clock.now().toISOString();
  if (from >= to) return { outcome: 'invalid', field: 'to', message: 'must be after from' };
  if (to > now) return { outcome: 'invalid', field: 'to', message: `must not lie in the future: it is ${now}` };
  if (Date.parse(to) - Date.parse(from) > LONGEST_DAYS * DAY_MS) {
    const message = `is more than ${LONGEST_DAYS} days before to: ask for the time in parts of at most ${LONGEST_DAYS} days`;
    return { outcome: 'invalid', field: 'from', message };
  }
  const connector = await deps.registry.connector(connectorId);
  if (connector === undefined) {
    return { outcome: 'unknown_connector', detail: `There is no connector ${JSON.stringify(connectorId)}.` };
  }
  if (connector.archived || !connector.active) {
    const detail = `Connector ${connectorId} is ${connector.archived ? 'archived' : 'switched off'}: PUT it with "active": true first.`;
    return { outcome: 'not_in_use', detail };
  }
  const why = whyNot(deps.gateways[connector.gateway], connector);
  if (why !== undefined) return { outcome: 'cannot', detail: why };
  const about = { type: 'span', from, to } as const;
  const [waiting] = await deps.delivery.waitingAbout({ connectorId, about });
  if (waiting !== undefined) return { outcome: 'asked', question: waiting };
  // Each request is a question of its own: one that was answered may be asked again.
  const question = spanQuestion(connector, { connectorId, about, evidenceDigest: `backfill/${now}` }, now);
  await deps.delivery.putConfirmation(question);
  return { outcome: 'asked', question };
}

function whyNot(
  gateway: Pick<Gateway, 'asking'> | undefined,
  connector: {
    readonly gateway: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly secretNames: readonly string[];
  },
): string | undefined {
  if (gateway?.asking?.discover === undefined) {
    return `Gateway ${connector.gateway} has no list of what changed: send its callbacks again from its console, or report each payment (POST /transactions).`;
  }
  const missing = gateway.asking.missing(connector);
  if (missing.length === 0) return undefined;
  return `The gateway's API cannot be asked: set ${missing.join(', ')} of the connector first.`;
}
