import type { Gateway } from '#shared/gateways/gateway.ts';
import { subjectName } from '#shared/model/vocabulary.ts';
import type { CallbackOutcome, InboxRow, LedgerStore } from './ports.ts';
import { readFacts } from './read-facts.ts';

export interface OutcomesDeps {
  readonly gateways: Readonly<Record<string, Gateway>>;
  readonly ledger: Pick<LedgerStore, 'outcomes' | 'effectOf'>;
}

/**
 * What became of stored callbacks; one that is missing in the answer has not been applied. Only notable outcomes are
 * written down: an ordinary one is read from what the callback did to the subjects that it speaks of, which costs reads
 * when somebody looks and nothing when a callback comes in.
 */
export async function outcomesOf(
  deps: OutcomesDeps,
  rows: readonly InboxRow[],
): Promise<Readonly<Record<string, CallbackOutcome>>> {
  const notable = await deps.ledger.outcomes(rows.map(({ callbackId }) => callbackId));
  const found = await Promise.all(
    rows.map(async (row) => [row.callbackId, notable[row.callbackId] ?? (await ordinaryOutcome(deps, row))] as const),
  );
  return Object.fromEntries(found.flatMap(([id, outcome]) => (outcome === undefined ? [] : [[id, outcome]])));
}

async function ordinaryOutcome(deps: OutcomesDeps, row: InboxRow): Promise<CallbackOutcome | undefined> {
  const reading = readFacts(deps.gateways, row);
  if (!reading.ok) return undefined;
  const keys = reading.facts.map(({ subject }) => ({ connectorId: row.connectorId, ...subject }));
  const subjects = [...new Map(keys.map((key) => [subjectName(key), key])).values()];
  const effects = await Promise.all(subjects.map((key) => deps.ledger.effectOf(key, row.callbackId)));
  if (effects.includes(undefined)) return undefined;
  return effects.every((effect) => effect === 'unchanged') ? 'unchanged' : 'changed';
}
