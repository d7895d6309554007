import type { AskLimits } from '#shared/gateways/asking.ts';
import type { OutboundClient } from '#shared/gateways/outbound.ts';
import type { ConfirmDeps } from './confirm-deps.ts';
import type { AskAbout } from './ports.ts';

/**
 * Turns use 70 % of a gateway's limit, a tenth of it at once at most, and are good for so long after their time. So in any
 * minute no more than the limit is asked, even where turns are used as late as they may: 0.7 · 75 s / 60 s + 0.1 < 1.
 */
export const TURN_GOOD_FOR_MS = 15_000;
const SHARE = 0.7;
const BURST_SHARE = 0.1;
/** A turn that comes within this is waited for by being late: no write and no second look. */
const SOON_MS = 1_000;
/** What one question took more than one request is booked afterwards, at most so much. */
const MOST_BOOKED = 10;

/** When it is the turn of a question (ms since 1970); undefined: now. */
export async function turnFor(
  { delivery }: Pick<ConfirmDeps, 'delivery'>,
  { perMinute, perIdPerMinute }: AskLimits,
  connectorId: string,
  about: AskAbout,
  nowMs: number,
): Promise<number | undefined> {
  const turns = [await delivery.takeTurn(rateOf(connectorId, perMinute), nowMs)];
  const asked = askedId(about);
  if (perIdPerMinute !== undefined && asked !== undefined) {
    turns.push(await delivery.takeTurn(rateOf(`${connectorId}/${asked}`, perIdPerMinute), nowMs));
  }
  const turn = Math.max(...turns);
  return turn <= nowMs + SOON_MS ? undefined : turn;
}

/** Turns of the connector for what a question took more than the one request that had its own. */
export async function bookRequests(
  { delivery }: Pick<ConfirmDeps, 'delivery'>,
  { perMinute }: AskLimits,
  connectorId: string,
  requests: number,
  nowMs: number,
): Promise<void> {
  for (let more = Math.min(requests - 1, MOST_BOOKED); more > 0; more--) {
    await delivery.takeTurn(rateOf(connectorId, perMinute), nowMs);
  }
}

/** The client, and how many requests went out over it. */
export function counted(http: OutboundClient): { readonly http: OutboundClient; readonly requests: () => number } {
  let requests = 0;
  return {
    http: {
      async send(request) {
        const answer = await http.send(request);
        requests += answer.attempts;
        return answer;
      },
    },
    requests: () => requests,
  };
}

function rateOf(id: string, limit: number): { id: string; perMinute: number; burst: number } {
  return { id, perMinute: limit * SHARE, burst: Math.max(1, Math.floor(limit * BURST_SHARE)) };
}

/** What the gateway knows of a derived subject stands before the "~". */
function askedId(about: AskAbout): string | undefined {
  if (about.type === 'subject') return `${about.subject.type}:${about.subject.id.split('~', 1)[0]}`;
  return about.type === 'reference' ? `reference:${about.merchantReference}` : undefined;
}
