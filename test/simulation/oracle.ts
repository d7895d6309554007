import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { canonicalJson } from '#shared/model/canonical.ts';
import { passOn } from '#shared/model/children.ts';
import type { Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { evidenceOf } from '#shared/model/merge.ts';
import { project } from '#shared/model/project.ts';
import { type SubjectKey, subjectName } from '#shared/model/vocabulary.ts';
import { type ConnectorTerms, withPlausibility } from '#shared/pipeline/plausibility.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';

/**
 * What a set of stored statements must end in, said without any order: all facts merged, children's merged evidence
 * passed on, projected. By subject, as byte-comparable text of evidence and state. `terms`: of the version of a row.
 */
export function expectedStates(
  rows: readonly InboxRow[],
  terms: (row: InboxRow) => ConnectorTerms | undefined = () => undefined,
): Record<string, string> {
  const told = rows.flatMap((row) => {
    const expected = terms(row);
    const said = ixopay.normalize(row);
    const { origin, notifications } = expected === undefined ? said : withPlausibility(said, row, expected);
    return notifications
      .flatMap((notification) => factsOf(notification, origin))
      .map((fact) => ({ connectorId: row.connectorId, fact }));
  });
  const passed = [...bySubject(told)].flatMap(([, { key, facts }]) =>
    key.type === 'transaction'
      ? passOn(key.id, evidenceOf(facts)).map((fact) => ({ connectorId: key.connectorId, fact }))
      : [],
  );
  return Object.fromEntries(
    [...bySubject([...told, ...passed])].map(([name, { key, facts }]) => {
      const evidence = evidenceOf(facts);
      return [name, canonicalJson([evidence, project(key.type, evidence).state])];
    }),
  );
}

function bySubject(told: readonly { connectorId: string; fact: Fact }[]) {
  const subjects = new Map<string, { key: SubjectKey; facts: Fact[] }>();
  for (const { connectorId, fact } of told) {
    const key = { connectorId, ...fact.subject };
    const subject = subjects.get(subjectName(key)) ?? { key, facts: [] };
    subject.facts.push(fact);
    subjects.set(subjectName(key), subject);
  }
  return subjects;
}
