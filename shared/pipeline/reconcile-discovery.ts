import type { Connector } from '#shared/registry/records.ts';
import type { ConfirmId, ConfirmRequest } from './ports.ts';
import type { NotDone, ReconcileDeps } from './reconcile.ts';

type Deps = Pick<ReconcileDeps, 'delivery' | 'clock' | 'settings'>;
type Asked = Pick<Connector, 'connectorId' | 'merchantId' | 'createdAt'>;

const MINUTE_MS = 60_000;
/** A span begins so much before the end of the one before it: lists of gateways lag behind. */
const OVERLAP_MS = 15 * MINUTE_MS;
/** Ended questions are kept for 30 days: further back nobody can tell what was asked. */
const LOOK_BACK_MS = 30 * 86_400_000;
const LOOK_UPS_AT_ONCE = 24;

/**
 * Asks the gateway's list for what changed in each round that is over. Spans lie on fixed hours, so that the questions
 * themselves say how far it came: after an outage the missing ones are put, the oldest first. A connector that was never
 * asked begins with the newest (`POST /connectors/{id}/backfill` is for the time before).
 */
export async function askWhatChanged(
  deps: Deps,
  connector: Asked,
  round: number,
): Promise<{ readonly spans: number; readonly notDone: readonly NotDone[] }> {
  const last = round - 1;
  const first = await firstMissing(deps, connector, last);
  let spans = 0;
  for (let number = first; number <= last; number++) {
    const at = deps.clock.now().toISOString();
    const put = await deps.delivery.putConfirmation(spanQuestion(connector, spanId(deps, connector, number), at));
    if (put === 'put') spans++;
  }
  // That of the round before last has had an hour.
  const before = await deps.delivery.confirmation(spanId(deps, connector, last - 1));
  return { spans, notDone: before === undefined ? [] : leftUndone(before) };
}

/** The question about a span: asked at once, page by page. */
export function spanQuestion(connector: Pick<Connector, 'merchantId'>, id: ConfirmId, at: string): ConfirmRequest {
  const { merchantId } = connector;
  return {
    ...id,
    merchantId,
    reason: 'discovery',
    at,
    state: 'waiting',
    nextAt: at,
    attempts: 0,
    hasTurn: false,
  };
}

/** The oldest round behind the newest that was asked about; `last` where none was. */
async function firstMissing(deps: Deps, connector: Asked, last: number): Promise<number> {
  const oldestMs = Math.max(deps.clock.now().getTime() - LOOK_BACK_MS, Date.parse(connector.createdAt));
  // A connector begins with the hour that was over when it was made.
  const oldest = Math.floor(oldestMs / lengthMs(deps)) - 1;
  // Nearly always the newest but one is there: more are looked up where it is not.
  let count = 2;
  for (let from = last; from >= oldest; from -= count, count = LOOK_UPS_AT_ONCE) {
    const numbers = Array.from({ length: count }, (_, i) => from - i).filter((number) => number >= oldest);
    const found = await Promise.all(
      numbers.map((number) => deps.delivery.confirmation(spanId(deps, connector, number))),
    );
    const newest = found.findIndex((question) => question !== undefined);
    if (newest >= 0) return from - newest + 1;
  }
  return last;
}

function spanId(deps: Deps, { connectorId }: Asked, number: number): ConfirmId {
  const length = lengthMs(deps);
  const from = new Date(number * length - OVERLAP_MS).toISOString();
  const to = new Date((number + 1) * length).toISOString();
  return { connectorId, about: { type: 'span', from, to }, evidenceDigest: 'discovery' };
}

function lengthMs({ settings }: Deps): number {
  return settings.roundMinutes * MINUTE_MS;
}

function leftUndone(question: ConfirmRequest): readonly NotDone[] {
  const { connectorId, about, state, notes = [], lastOutcome, lastDetail, found = 0 } = question;
  if (about.type !== 'span') return [];
  const span = `What changed from ${about.from} to ${about.to}`;
  const last = lastOutcome === undefined ? 'not asked yet' : `${lastOutcome}: ${lastDetail ?? ''}`.trimEnd();
  if (state === 'given_up') {
    return [{ connectorId, code: 'given_up', why: `${span} was not read to its end (${found} read; ${last}).` }];
  }
  if (state === 'waiting') {
    return [{ connectorId, code: 'late', why: `${span} is not read to its end yet (${found} read; ${last}).` }];
  }
  if (notes.length === 0) return [];
  return [{ connectorId, code: 'unread', why: `${span}: ${notes.length} parts could not be read (${notes[0]}).` }];
}
