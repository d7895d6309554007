import type { Gateway } from '#shared/gateways/gateway.ts';
import { boundChildren } from '#shared/model/children.ts';
import { changedMembers } from '#shared/model/describe-change.ts';
import { evidenceOf, grow } from '#shared/model/merge.ts';
import { project } from '#shared/model/project.ts';
import { subjectName } from '#shared/model/vocabulary.ts';
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

function factsIn(gateway: Pick<Gateway, 'normalize'>, { source, body, declared }: InboxRow) {
  try {
    return factsOfNormalized(gateway.normalize({ source, body, declared }));
  } catch {
    return undefined;
  }
}
