import { passOn } from '#shared/model/children.ts';
import type { Evidence, Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { evidenceOf, merge, NO_EVIDENCE } from '#shared/model/merge.ts';
import { project } from '#shared/model/project.ts';
import type { SubjectState } from '#shared/model/state.ts';
import type { SubjectType } from '#shared/model/vocabulary.ts';
import type { StoredStatement } from '../gateway.ts';
import { normalizePaypal } from './normalize.ts';

/** The states of all subjects after the statements, in this order, each applied as the pipeline does: `type/id` → state. */
export function statesAfter(statements: readonly StoredStatement[]): ReadonlyMap<string, SubjectState> {
  const evidence = new Map<string, Evidence>();
  const take = (facts: readonly Fact[]): readonly string[] => {
    const bySubject = Map.groupBy(facts, ({ subject }) => `${subject.type}/${subject.id}`);
    for (const [subject, said] of bySubject) {
      evidence.set(subject, merge(evidence.get(subject) ?? NO_EVIDENCE, evidenceOf(said)));
    }
    return [...bySubject.keys()];
  };
  for (const statement of statements) {
    const { origin, notifications } = normalizePaypal(statement);
    for (const subject of take(notifications.flatMap((one) => factsOf(one, origin)))) {
      const [type, ...id] = subject.split('/');
      if (type === 'transaction') take(passOn(id.join('/'), evidence.get(subject) ?? NO_EVIDENCE));
    }
  }
  return new Map(
    [...evidence]
      .map(([subject, all]) => [subject, project(subject.split('/')[0] as SubjectType, all).state] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
