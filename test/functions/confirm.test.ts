import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { questionOfRecord } from '#shared/store/dynamodb/delivery-question-of-record.ts';
import { putQuestion } from '#shared/store/dynamodb/delivery-questions.ts';
import { type ConfirmHandlerDeps, createHandler } from '../../functions/confirm/create-handler.ts';
import { answered, type ConfirmHouse, openConfirmHouse } from '../pipeline/confirm-house.ts';
import { context, record } from './lambda.ts';
import { recordedObserver } from './recorded-observer.ts';

async function nextOf(house: ConfirmHouse): Promise<string | undefined> {
  const { items } = await house.house.stores.delivery.confirmations({ limit: 500, state: 'waiting' });
  return items
    .flatMap(({ nextAt }) => nextAt ?? [])
    .toSorted()
    .at(0);
}

function confirmHandler(house: ConfirmHouse, overrides: Partial<ConfirmHandlerDeps> = {}) {
  const observer = recordedObserver();
  const started = house.nowMs();
  const pauses: number[] = [];
  const handler = createHandler({
    ...house.deps,
    concludeAtHorizon: async () => 'unresolved',
    questionOfRecord,
    nextQuestionAt: () => nextOf(house),
    pause: async (ms) => {
      pauses.push(ms);
      house.house.tick(ms);
    },
    settleMs: 12_000,
    observer,
    ...overrides,
  });
  const timed = { ...context(), getRemainingTimeInMillis: () => 55_000 - (house.nowMs() - started) };
  return {
    ...{ observer, pauses },
    schedule: () => handler({}, timed),
    stream: (records: DynamoDBRecord[]) => handler({ Records: records }, timed),
  };
}

async function hinted(count: number, perMinute: number): Promise<ConfirmHouse> {
  const house = await openConfirmHouse({ perMinute });
  for (let i = 0; i < count; i++) await house.push({ id: `t${i}`, status: 'PENDING', hint: true });
  house.answerWith((question) => answered({ id: question.about === 'subject' ? question.id : '', status: 'FINISHED' }));
  return house;
}

type NewImage = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** What DynamoDB's stream tells of the questions. */
async function recordsOf(house: ConfirmHouse): Promise<DynamoDBRecord[]> {
  return (await house.questions()).map((question, i) =>
    record(i, { NewImage: putQuestion('d', question).Item as NewImage }),
  );
}

describe('confirm on Lambda', () => {
  it('asks what a stream shows at once, and nothing of any other item or change', async () => {
    const house = await hinted(3, 6_000);
    const records = await recordsOf(house);
    const { stream, observer } = confirmHandler(house, { nextQuestionAt: () => Promise.reject(new Error('asked')) });
    const [first, second, third] = records;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no records');
    const others = [
      { ...second, eventName: 'MODIFY' as const },
      record(9, { NewImage: { pk: { S: 'failed#x' } } }),
      record(10),
    ];
    expect(await stream([first, ...others])).toEqual({ answered: 1 });
    expect(house.asked).toHaveLength(1);
    expect(await stream([first, third])).toEqual({ taken: 1, answered: 1 });
    expect(observer.values('ConfirmationsAsked')).toEqual([1, 1]);
    expect(observer.values('ConfirmationsAnswered')).toEqual([1, 1]);
    expect(observer.lines.join()).toMatch(/info confirmed \{"answered":1\}/);
  });

  it('takes a question whose writer is ahead of us, and leaves one that is for later', async () => {
    const house = await hinted(2, 6_000);
    house.house.tick(-3_000);
    const { stream } = confirmHandler(house);
    expect(await stream(await recordsOf(house))).toEqual({ answered: 2 });
    const other = await hinted(1, 6_000);
    other.house.tick(-300_000);
    expect(await confirmHandler(other).stream(await recordsOf(other))).toEqual({});
  });

  it('waits for turns that come while its time lasts, and leaves the rest to the next minute', async () => {
    const house = await hinted(100, 60);
    const { schedule, pauses, observer } = confirmHandler(house);
    const start = house.nowMs();
    const report = await schedule();
    // 6 at once, then 42 a minute: what 43 s hold.
    expect(report.answered).toBeGreaterThan(30);
    expect(report.answered).toBeLessThan(40);
    expect(house.nowMs() - start).toBeLessThanOrEqual(43_000);
    expect(pauses.length).toBeGreaterThan(20);
    expect(observer.values('ConfirmationsAnswered')).toEqual([report.answered]);
    const next = await schedule();
    expect(next).toEqual({});
  });

  it('does nothing where nothing waits, or nothing in its time', async () => {
    const house = await openConfirmHouse();
    const { schedule, observer, pauses } = confirmHandler(house);
    expect(await schedule()).toEqual({});
    await house.push({ id: 't1', status: 'PENDING', hint: true });
    const later = confirmHandler(house, { nextQuestionAt: async () => new Date(house.nowMs() + 50_000).toISOString() });
    expect(await later.schedule()).toEqual({});
    expect(pauses).toEqual([]);
    expect(observer.lines).toEqual([]);
  });

  it('an index that is late does not turn it in a circle', async () => {
    const house = await hinted(1, 6_000);
    const at = new Date(house.nowMs()).toISOString();
    const { schedule, pauses } = confirmHandler(house, { nextQuestionAt: async () => at });
    expect(await schedule()).toEqual({ answered: 1 });
    expect(pauses.length).toBeLessThanOrEqual(43);
  });

  it('tells of refusals, of what nobody understands, of horizons and of its own trouble', async () => {
    const house = await hinted(3, 6_000);
    const outcomes = ['malformed', 'foreign', 'not_allowed'] as const;
    house.answerWith(() => ({ outcome: outcomes[house.asked.length - 1] ?? 'down', detail: 'No.' }));
    const { stream, observer } = confirmHandler(house);
    await stream(await recordsOf(house));
    expect(observer.values('ConfirmationsFailed')).toEqual([2]);
    expect(observer.values('ConfirmationsNotAllowed')).toEqual([1]);
    expect(observer.values('ConfirmationsAsked')).toEqual([3]);

    const broken = await hinted(1, 6_000);
    const secrets = { open: () => Promise.reject(new Error('a secret')) };
    const troubled = confirmHandler(broken, { secrets });
    expect(await troubled.stream(await recordsOf(broken))).toEqual({});
    expect(troubled.observer.lines.join()).toMatch(/error a question was not asked/);
    expect(troubled.observer.lines.join()).not.toMatch(/a secret/);

    const old = await hinted(1, 6_000);
    old.answerWith(() => ({ outcome: 'not_found', detail: 'No.' }));
    old.house.tick(3 * 86_400_000);
    const late = confirmHandler(old);
    await late.schedule();
    expect(late.observer.values('PaymentsUnresolved')).toEqual([1]);
  });
});
