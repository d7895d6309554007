import type { DiscoverOutcome } from '#shared/gateways/asking.ts';
import { horizonAt } from './age-curve.ts';
import type { ConfirmOutcome } from './confirm-deps.ts';
import { asked, fail, type Held, reached } from './confirm-held.ts';
import { done, waiting, withoutTrouble } from './confirm-plan.ts';
import { fetchedRow, putAll } from './confirm-rows.ts';
import type { AskAbout } from './ports.ts';

/** Lines kept of what was not done; what is more is counted in a last line. */
const MOST_NOTES = 50;
const MORE = /^and (\d+) more$/;

/**
 * One page of what changed in a span. Its statements are in the inbox before the place of the next page is written, so that
 * a crash repeats a page, harmlessly. The next page is due at once, in its own turn.
 */
export async function askPage(held: Held, span: Extract<AskAbout, { type: 'span' }>): Promise<ConfirmOutcome> {
  const { deps, request, connector, gateway } = held;
  const { discover } = gateway.asking;
  const { from, to } = span;
  const { cursor } = request;
  const { askedAt, outcome } = await asked<DiscoverOutcome>(held, async (askDeps, askedBy) =>
    discover === undefined
      ? { outcome: 'cannot', detail: `${connector.gateway} has no list of changes.` }
      : discover(askDeps, askedBy, { from, to, ...(cursor !== undefined && { cursor }) }),
  );
  const counted = { ...request, attempts: request.attempts + 1 };
  if (outcome.outcome !== 'page') return fail(held, counted, outcome);
  await reached(held);
  const now = deps.clock.now();
  const rows = outcome.statements.map((one) => fetchedRow(connector, gateway, one, { askedAt, settles: [] }, now));
  await putAll(deps.inbox, rows);
  const { cursor: _, ...rest } = counted;
  const notes = noted(request.notes ?? [], outcome.notes);
  const read = { ...rest, found: (request.found ?? 0) + rows.length, ...(notes.length > 0 && { notes }) };
  const next = outcome.cursor;
  // A list that goes round in a circle would never end.
  const endless = next === undefined ? undefined : whyEndless(next, held, now);
  if (next !== undefined && endless !== undefined) {
    return fail(held, { ...read, cursor: next }, { outcome: 'malformed', detail: endless });
  }
  const change =
    next === undefined ? done(read) : waiting(withoutTrouble({ ...read, cursor: next }), now.toISOString());
  await deps.delivery.updateConfirmation(request, change, request.nextAt);
  return next === undefined ? 'answered' : 'pending';
}

function whyEndless(next: string, { request, horizonMinutes }: Held, now: Date): string | undefined {
  if (next === request.cursor) return 'The page names itself as the next.';
  const isOld = horizonAt(request.at, horizonMinutes) <= now.toISOString();
  return isOld ? `The list has no end: ${request.attempts + 1} pages were read.` : undefined;
}

function noted(before: readonly string[], more: readonly string[]): readonly string[] {
  const last = MORE.exec(before.at(-1) ?? '')?.[1];
  const lines = [...(last === undefined ? before : before.slice(0, -1)), ...more.map((line) => line.slice(0, 256))];
  const left = Number(last ?? 0) + Math.max(0, lines.length - MOST_NOTES);
  return left === 0 ? lines : [...lines.slice(0, MOST_NOTES), `and ${left} more`];
}
