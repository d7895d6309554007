import { subjectName } from '#shared/model/vocabulary.ts';
import type { HeadMove, RelayDeps } from '#shared/pipeline/relay.ts';

export interface RelayResult {
  readonly sent: number;
  /** Versions that were noted to wait for a queue, quiet ones among them. */
  readonly parked: number;
  /** Of each subject: from the newest of its versions to now, in milliseconds. */
  readonly lagsMs: readonly number[];
}

/** The relay's own dependencies, counting what goes through them. */
export function observedRelay<Deps extends RelayDeps>(
  deps: Deps,
  moves: readonly HeadMove[],
): { readonly deps: Deps; result(): RelayResult } {
  const upToBefore = new Map(moves.map((move) => [subjectName(move.key), move.after]));
  const newest = new Map<string, number>();
  let [sent, parked] = [0, 0];
  const watched: Deps = {
    ...deps,
    ledger: {
      ...deps.ledger,
      async versions(key, from, to) {
        const rows = await deps.ledger.versions(key, from, to);
        const last = rows.at(-1);
        if (last !== undefined) newest.set(subjectName(key), Date.parse(last.time));
        return rows;
      },
    },
    delivery: {
      ...deps.delivery,
      async createCursor(cursor) {
        const made = await deps.delivery.createCursor(cursor);
        if (made === 'created') parked += cursor.upTo - cursor.from + 1;
        return made;
      },
      async extendCursor(id, upTo) {
        const extended = await deps.delivery.extendCursor(id, upTo);
        if (extended === 'extended') parked += upTo - (upToBefore.get(subjectName(id.subject)) ?? upTo - 1);
        return extended;
      },
    },
    sender: {
      async send(queue, messages) {
        const answers = await deps.sender.send(queue, messages);
        sent += answers.filter(({ ok }) => ok).length;
        return answers;
      },
    },
  };
  const result = () => {
    const nowMs = deps.clock.now().getTime();
    return { sent, parked, lagsMs: [...newest.values()].map((atMs) => Math.max(0, nowMs - atMs)) };
  };
  return { deps: watched, result };
}
