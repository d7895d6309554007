import type { Gateway } from '#shared/gateways/gateway.ts';
import { boundChildren } from '#shared/model/children.ts';
import { changedMembers } from '#shared/model/describe-change.ts';
import { evidenceOf, grow } from '#shared/model/merge.ts';
import { project } from '#shared/model/project.ts';
import { subjectName } from '#shared/model/vocabulary.ts';
import type { KnownSubject } from './confirm-question.ts';
import { stateOf } from './next-version.ts';
import type { InboxRow, LedgerStore } from './ports.ts';
import { factsOfNormalized } from './read-facts.ts';

/**
 * Whether stored answers would change the state of anything, or tell of something that is not known: what says nothing
 * new would be a row and a quiet version each time that it is asked for. What cannot be read is news too: apply keeps and
 * tells the bug.
 */
export async function sayMore(
  ledger: Pick<LedgerStore, 'newest'>,
  gateway: Pick<Gateway, 'normalize'>,
  rows: readonly InboxRow[],
): Promise<boolean> {
  for (const row of rows) {
    const facts = factsIn(gateway, row);
    if (facts === undefined) return true;
    const named = facts.map((fact) => ({ fact, key: { connectorId: row.connectorId, ...fact.subject } }));
    for (const ofOne of Map.groupBy(named, ({ key }) => subjectName(key)).values()) {
      const [first] = ofOne;
      if (first === undefined) continue;
      const { version } = await ledger.newest(first.key);
      if (version === undefined) return true;
      const { evidence } = grow(version.evidence, evidenceOf(ofOne.map(({ fact }) => fact)));
      const { state } = project(first.key.type, boundChildren(evidence));
      if (changedMembers(stateOf(version), state).length > 0) return true;
    }
  }
  return false;
}

/**
 * Whether a payment still waits with what the answers say of it: where the gateway has times of change, they may be older
 * than what is known, or have none.
 */
export function leavePending(
  { key, evidence }: KnownSubject,
  gateway: Pick<Gateway, 'normalize'>,
  rows: readonly InboxRow[],
): boolean {
  if (key.type !== 'transaction') return false;
  const facts = rows.flatMap((row) => factsIn(gateway, row) ?? []);
  const own = facts.filter(({ subject }) => subject.type === key.type && subject.id === key.id);
  return project(key.type, grow(evidence, evidenceOf(own)).evidence).state.status === 'PENDING';
}

function factsIn(gateway: Pick<Gateway, 'normalize'>, { source, body, declared }: InboxRow) {
  try {
    return factsOfNormalized(gateway.normalize({ source, body, declared }));
  } catch {
    return undefined;
  }
}
