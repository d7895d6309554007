import { describe, expect, it } from 'vitest';
import { permutations } from '../../test/builders/permutations.ts';
import { canonicalJson, digestOfValue } from './canonical.ts';
import { factsOf } from './facts-of.ts';
import { evidenceOf } from './merge.ts';
import { projectSchedule } from './project-schedule.ts';
import type { ScheduleStatus, Source } from './vocabulary.ts';

interface Said {
  readonly status: ScheduleStatus;
  readonly at?: string;
  readonly source?: Source;
  readonly time?: string;
  readonly settles?: readonly string[];
  readonly scheduledAt?: string;
}

const day = (n: number) => `2026-01-${String(n).padStart(2, '0')}T09:00:00.000Z`;
const digest = ({ status, scheduledAt, time, source }: Said) =>
  digestOfValue([status, scheduledAt ?? '', time ?? '', source ?? '']);

function projected(...all: readonly Said[]) {
  const outcomes = permutations(all).map((order) => {
    const facts = order.flatMap((one) =>
      factsOf(
        {
          about: 'schedule',
          id: 'SC-1',
          status: one.status,
          anomalies: [],
          ...(one.time && { gatewayTime: one.time }),
          ...(one.scheduledAt && { scheduledAt: one.scheduledAt }),
        },
        {
          source: one.source ?? 'pushed',
          contentDigest: digest(one),
          ...(one.at && (one.source === 'fetched' ? { askedAt: one.at } : { signedAt: one.at })),
          ...(one.settles && { settles: one.settles }),
        },
      ),
    );
    return projectSchedule(evidenceOf(facts));
  });
  expect(new Set(outcomes.map((outcome) => canonicalJson(outcome))).size).toBe(1);
  const [{ state, ask }] = outcomes as [(typeof outcomes)[0]];
  return { ...state, ask: ask?.reason };
}

describe('state of a schedule, in every order', () => {
  const active: Said = { status: 'ACTIVE', at: day(1) };
  const paused: Said = { status: 'PAUSED', at: day(2) };
  const cases: [string, Said[], object][] = [
    ['one value', [active], { status: 'ACTIVE', uncertain: false, proven: true }],
    [
      'the later signed one stands, but without a time of the gateway it is uncertain',
      [active, paused],
      { status: 'PAUSED', uncertain: true, ask: 'uncertain' },
    ],
    [
      'a retry is re-dated: the least date of each content counts',
      [active, paused, { ...active, at: day(3) }],
      { status: 'PAUSED', uncertain: true },
    ],
    [
      'CANCELLED is terminal',
      [
        { status: 'CANCELLED', at: day(1) },
        { ...active, at: day(2) },
      ],
      { status: 'CANCELLED', uncertain: false },
    ],
    [
      'CANCELLED before COMPLETED',
      [
        { status: 'COMPLETED', at: day(2) },
        { status: 'CANCELLED', at: day(1) },
      ],
      { status: 'CANCELLED' },
    ],
    [
      'CREATE_PENDING yields',
      [{ status: 'CREATE_PENDING', at: day(9) }, active],
      { status: 'ACTIVE', uncertain: false },
    ],
    ['NON_EXISTING yields', [{ status: 'NON_EXISTING', at: day(9) }, active], { status: 'ACTIVE', uncertain: false }],
    ['UNKNOWN yields', [{ status: 'UNKNOWN', at: day(9) }, active], { status: 'ACTIVE', uncertain: false }],
    [
      'by the time of the gateway nothing is uncertain',
      [
        { status: 'ACTIVE', time: day(3), at: day(1) },
        { status: 'PAUSED', time: day(2), at: day(2) },
      ],
      { status: 'ACTIVE', uncertain: false },
    ],
    [
      'an answer of the gateway settles what it had seen',
      [active, paused, { status: 'ACTIVE', source: 'fetched', at: day(3), settles: [digest(active), digest(paused)] }],
      { status: 'ACTIVE', uncertain: false, ask: undefined },
    ],
    [
      'an unseen later value that disagrees makes it uncertain again',
      [
        { status: 'ACTIVE', source: 'fetched', at: day(3), settles: [] },
        { status: 'PAUSED', at: day(4) },
      ],
      { status: 'PAUSED', uncertain: true },
    ],
    ['a report alone proves nothing', [{ status: 'ACTIVE', source: 'reported' }], { status: 'UNKNOWN', proven: false }],
    [
      'scheduledAt stays where the newest value has none',
      [{ ...active, scheduledAt: '2026-02-01T00:00:00.000Z' }, paused],
      { scheduledAt: '2026-02-01T00:00:00.000Z' },
    ],
  ];
  it.each(cases)('%s', (_, all, expected) => {
    expect(projected(...all)).toMatchObject(expected);
  });
});
