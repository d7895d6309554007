import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PastVersion } from '#shared/pipeline/ports.ts';
import { sampledGateways } from './sampled-gateways.ts';
import { type Listed, openStory } from './story-world.ts';

interface Story {
  /** Numbers of the samples, in the order in which things happened. */
  readonly samples: readonly string[];
  /** Every movement that is proven in the end: `kind id amount`. */
  readonly finished: readonly string[];
  /** What is open in the end. */
  readonly pending?: readonly string[];
  readonly failed?: readonly string[];
  /** Sums at a sale or its parts, in minor units. */
  readonly sums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly listed?: Listed;
}

/** By hand: one sale, one partial refund and one dispute of each gateway, and what a bookkeeper would write down. */
const STORIES: Readonly<Record<string, Story>> = {
  ixopay: {
    samples: ['01', '02', '09', '11', '12', '13', '14'],
    finished: [
      'chargeback cb00aa11bb22cc33dd44 20.00 EUR',
      'chargeback_reversal cb00aa11bb22cc33dd45 20.00 EUR',
      'debit 0f1e2d3c4b5a69788796 24.50 EUR',
      'refund 0f1e2d3c4b5a69788a01 4.50 EUR',
    ],
    sums: { '0f1e2d3c4b5a69788796': { authorized: 2_450, refunded: 450, chargedBack: 2_000, reversed: 2_000 } },
  },
  secuconnect: {
    samples: ['01', '02', '03', '04', '05', '06'],
    finished: [
      'chargeback PCI_SALE1A7QK2M9XW4T6ZC8VB3NH5JD~chargeback-1 42.00 EUR',
      'chargeback_reversal PCI_SALE1A7QK2M9XW4T6ZC8VB3NH5JD~chargeback_reversal-1 42.00 EUR',
      'debit PCI_SALE1A7QK2M9XW4T6ZC8VB3NH5JD 42.00 EUR',
      'refund PCI_RFND1B8RL3N0YX5U7AD9WC4PK6KE 10.00 EUR',
    ],
    sums: {
      PCI_SALE1A7QK2M9XW4T6ZC8VB3NH5JD: { authorized: 4_200, refunded: 1_000, chargedBack: 4_200, reversed: 4_200 },
    },
  },
  paypal: {
    samples: ['01', '02', '03', '04', '05', '06', '07', '08', '09'],
    finished: [
      'chargeback 3C679366HE547713X~chargeback-1 100.00 EUR',
      'debit 3C679366HE547713X 120.00 EUR',
      'dispute PP-D-27803 100.00 EUR',
      'order 5O190127TN364715T 120.00 EUR',
      'refund 1JU08902781691411 20.00 EUR',
    ],
    sums: { '3C679366HE547713X': { authorized: 12_000, refunded: 2_000, chargedBack: 10_000, reversed: 0 } },
  },
  'amazon-pay': {
    samples: ['01', '02', '03', '04', '20', '21', '41'],
    finished: [
      'capture S01-5105180-3221187-C056351~capture 90.00 EUR',
      'preauthorize S01-5105180-3221187-C056351 100.00 EUR',
      'refund S01-5105180-3221187-R019642 30.00 EUR',
    ],
    // The message names neither amount nor outcome, and the API has no object for it.
    pending: ['chargeback S01-5105180-3221187-C056351~chargeback-1 '],
    sums: { 'S01-5105180-3221187-C056351': { authorized: 10_000, captured: 9_000, refunded: 3_000, chargedBack: 0 } },
  },
  cybersource: {
    samples: ['01', '02', '03', '04', '05', '06', '13', '19'],
    finished: [
      'capture 7368461234567890104002 24.50 EUR',
      'chargeback 7368461234567890104002~chargeback-T-77 20.00 EUR',
      'preauthorize 7368461234567890104001 24.50 EUR',
      'refund 7368461234567890104003 4.50 EUR',
    ],
    // The void came too late.
    failed: ['void 7368461234567890104017 '],
    sums: {
      '7368461234567890104001': { authorized: 2_450, captured: 2_450, chargedBack: 0 },
      '7368461234567890104002': { refunded: 450, chargedBack: 2_000, reversed: 0 },
    },
    // No event tells a chargeback: the report does.
    listed: {
      settings: { chargebackSummaries: true },
      answers: {
        '/reporting/v3/chargeback-summaries': { chargebackSummaries: [{ count: 1 }] },
        '/reporting/v3/chargeback-details': {
          chargebackDetails: [
            {
              ...{ requestId: '7368461234567890104002', trackingNumber: 'T-77', natureOfDispute: 'CHBK', sign: '-' },
              ...{ amount: '20.00', currencyCode: 'EUR', time: '2026-01-14T10:00:00.000Z' },
            },
          ],
        },
      },
    },
  },
  paylock: {
    samples: ['01', '02', '03', '04', '05', '06'],
    finished: [
      'chargeback 5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b~chargeback-1 25.00 USD',
      'chargeback_reversal 5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b~chargeback_reversal-1 25.00 USD',
      'debit 5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b 40.00 USD',
      'refund 0b7c51de4a9f4a0f9b6d2c3e4f5a6b7c 15.00 USD',
    ],
    sums: {
      '5e0a9c1b2f3d4e5f8a9b0c1d2e3f4a5b': { authorized: 4_000, refunded: 1_500, chargedBack: 2_500, reversed: 2_500 },
    },
  },
};

function inLine({ data }: PastVersion): string {
  const { kind, id, amount } = data as { kind: string; id: string; amount?: { value: string; currency: string } };
  return `${kind} ${id} ${amount === undefined ? '' : `${amount.value} ${amount.currency}`}`;
}

function linesOf(rows: readonly PastVersion[], status: string): readonly string[] {
  return rows
    .filter(({ data }) => data['status'] === status)
    .map(inLine)
    .sort();
}

/** Something happens at the gateway; what is to be asked is asked; its list is read; or it calls back about what happened. */
type Step = 'happen' | 'settle' | 'list' | number;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('happen' as const) },
  { weight: 1, arbitrary: fc.constantFrom('settle' as const, 'list' as const) },
  { weight: 5, arbitrary: fc.nat({ max: 100 }) },
);

it('every gateway has its story', () => {
  const known = sampledGateways().map(({ name }) => name);
  expect(known).toEqual(expect.arrayContaining(Object.keys(STORIES)));
});

describe.each(sampledGateways().filter(({ name }) => name in STORIES))('$name', (one) => {
  const story = STORIES[one.name];
  const samples = (story?.samples ?? []).flatMap(
    (number) => one.samples.find(({ name }) => name.startsWith(`${number}-`)) ?? [],
  );

  async function play(steps: readonly Step[]): Promise<readonly PastVersion[]> {
    const world = await openStory(one, samples, story?.listed);
    const open = new Set(samples.keys());
    for (const step of steps) {
      if (step === 'happen') world.happen();
      else if (step === 'settle') await world.settle();
      else if (step === 'list') await world.list();
      else if (world.happened() > 0) {
        // Called back about anything that has happened, once more perhaps.
        const i = step % world.happened();
        open.delete(i);
        await world.deliver(i);
      }
    }
    while (world.happen());
    for (const i of [...open].reverse()) await world.deliver(i);
    await world.list();
    await world.settle();
    // Where samples have answers at all: what is asked is what they answer.
    if (samples.some(({ sample }) => sample.answers.length > 0)) expect(world.unknown).toEqual([]);
    return world.transactions();
  }

  function holds(rows: readonly PastVersion[]): void {
    expect(linesOf(rows, 'FINISHED')).toEqual(story?.finished);
    expect(linesOf(rows, 'PENDING')).toEqual(story?.pending ?? []);
    expect(linesOf(rows, 'ERROR')).toEqual(story?.failed ?? []);
    for (const [id, totals] of Object.entries(story?.sums ?? {})) {
      expect(rows.find(({ key }) => key.id === id)?.data).toMatchObject({ totals, contradictory: false, proven: true });
    }
  }

  it('a sale, a partial refund and a dispute end in the right sums', async () => {
    expect(samples).toHaveLength(story?.samples.length ?? -1);
    holds(await play(samples.flatMap((_, i): Step[] => ['happen', i, 'settle'])));
    holds(await play([]));
  });

  it('and in the same in any order, with repeats, asked at any time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        holds(await play(steps));
      }),
      { numRuns: 40 },
    );
  });
});
