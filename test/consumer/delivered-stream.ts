import fc from 'fast-check';
import type { PostriderEvent } from '#shared/consumer/index.ts';
import { paymentEvent } from './payment-event.ts';

const TYPES = ['pending', 'finished', 'error', 'updated'] as const;

/** The types of versions 1, 2, …; null is a quiet version. */
type Versions = readonly ((typeof TYPES)[number] | null)[];

/** In force from this version on (time and version are one here); the types that match. */
interface FilterEntry {
  readonly from: number;
  readonly types: readonly string[];
}

const versions: fc.Arbitrary<Versions> = fc.array(fc.option(fc.constantFrom(...TYPES), { freq: 3 }), {
  minLength: 1,
  maxLength: 12,
});
const types = fc.subarray([...TYPES], { minLength: 1 });

/** Up to three subjects, and filters that change up to `changes` times. */
export const streams = (changes: number): fc.Arbitrary<PostriderEvent[][]> =>
  fc
    .record({
      subjects: fc.array(versions, { minLength: 1, maxLength: 3 }),
      first: types,
      later: fc.array(fc.record({ from: fc.integer({ min: 2, max: 12 }), types }), { maxLength: changes }),
    })
    .map(({ subjects, first, later }) => {
      const entries = [{ from: 1, types: first }, ...later.toSorted((a, b) => a.from - b.from)];
      return subjects.map((each, index) => delivered(each, entries, `p${index}`));
    });

/** What the subscription receives of a subject, by model.md 5: previoussequence counts inside one filter entry. */
function delivered(subject: Versions, entries: readonly FilterEntry[], id: string): PostriderEvent[] {
  const lastOfEntry = new Map<FilterEntry, number>();
  return subject.flatMap((type, index) => {
    const version = index + 1;
    const entry = entries.findLast(({ from }) => from <= version);
    if (type === null || entry === undefined || !entry.types.includes(type)) return [];
    const previous = lastOfEntry.get(entry) ?? 0;
    lastOfEntry.set(entry, version);
    return [paymentEvent({ version, previous, id, type: `payment.debit.${type}` })];
  });
}
