/** `previoussequence` of an event that has none before it. */
const NO_SEQUENCE = '0000000000';

/**
 * What an event is to a consumer that handled its subject up to a mark (model.md 5):
 * - `stale`: at or before the mark. A repetition; nothing is left to do.
 * - `next`: it names the mark as its predecessor (or there is neither), so nothing lies between.
 * - `ask`: it names another predecessor, so the API has to say what lies between the mark and this event. Either events
 *   are missing (previoussequence after the mark), or the subscription's filters changed and previoussequence, which
 *   counts inside one filter entry only, starts again: an event of the earlier entry may then still be under way or in
 *   the dead letters, and to handle the new one at once would skip it for good.
 */
export type ChainStep = 'stale' | 'next' | 'ask';

export interface ChainLink {
  readonly sequence: string;
  readonly previoussequence: string;
}

/** `mark`: the sequence handled last; undefined: none. */
export function chainStep(mark: string | undefined, link: ChainLink): ChainStep {
  const handled = mark ?? NO_SEQUENCE;
  if (link.sequence <= handled) return 'stale';
  return link.previoussequence === handled ? 'next' : 'ask';
}

/** True if, after the API was asked, nothing that the event names lies beyond the mark. */
export function reaches(mark: string | undefined, link: ChainLink): boolean {
  return link.previoussequence <= (mark ?? NO_SEQUENCE);
}

/** The first version after the mark, as the API's `from` wants it. */
export function versionAfter(mark: string | undefined): number {
  return Number(mark ?? NO_SEQUENCE) + 1;
}
