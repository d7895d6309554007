import { expect, it } from 'vitest';
import type { AskAbout, ConfirmRequest, DeliveryStore } from '#shared/pipeline/ports.ts';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import { allPages } from './paging.ts';
import { STRANGE_IDS, subjectOf, timeAt } from './rows.ts';

/** A question about the transaction `id`, due at once. */
export function questionOf(id: string, evidenceDigest = 'e1', change: Partial<ConfirmRequest> = {}): ConfirmRequest {
  return {
    connectorId: 'acme-cc-1',
    merchantId: 'acme',
    about: { type: 'subject', subject: subjectOf(id) },
    evidenceDigest,
    reason: 'contradictory',
    causeId: 'acme-cc-1:k1',
    at: timeAt(0),
    state: 'waiting',
    nextAt: timeAt(0),
    attempts: 0,
    hasTurn: false,
    ...change,
  };
}

const DONE = { state: 'done', nextAt: null, attempts: 1, hasTurn: false } as const;
const GIVEN_UP = { ...DONE, state: 'given_up', lastOutcome: 'foreign', lastDetail: 'Another merchant’s.' } as const;
const idOf = ({ about }: ConfirmRequest) => (about.type === 'subject' ? about.subject.id : about.type);

/** What every DeliveryStore must do with questions to gateways. */
export function describeConfirmations(delivery: () => DeliveryStore): void {
  it('writes the same question once: one a thing and evidence', async () => {
    expect(await delivery().putConfirmation(questionOf('t1', 'e1'))).toBe('put');
    expect(await delivery().putConfirmation(questionOf('t1', 'e1', { reason: 'hint', at: timeAt(9) }))).toBe('exists');
    expect(await delivery().putConfirmation(questionOf('t1', 'e2'))).toBe('put');
    expect(await delivery().putConfirmation(questionOf('t2', 'e1'))).toBe('put');
    const all = await allPages(1, (page) => delivery().confirmations(page));
    expect(all).toHaveLength(3);
    expect(all).toContainEqual(questionOf('t1', 'e1'));
    expect(await delivery().confirmation(questionOf('t1', 'e1'))).toEqual(questionOf('t1', 'e1'));
    expect(await delivery().confirmation(questionOf('t3', 'e1'))).toBeUndefined();
    expect((await delivery().counts()).confirmations).toBe(3);
    await expect(delivery().confirmations({ limit: 1, cursor: 'x' })).rejects.toThrow(InvalidCursorError);
  });

  it('tells what questions are about apart, and keeps every field', async () => {
    const abouts: AskAbout[] = [
      ...STRANGE_IDS.map((id) => ({ type: 'subject', subject: subjectOf(id) }) as const),
      { type: 'subject', subject: subjectOf('a', { type: 'schedule' }) },
      { type: 'reference', merchantReference: 'a' },
      { type: 'span', from: timeAt(0), to: timeAt(1) },
      { type: 'span', from: timeAt(0), to: timeAt(2) },
    ];
    const full = {
      due: timeAt(5),
      lastOutcome: 'down',
      lastDetail: 'é',
      cursor: 'c\u0000',
      found: 7,
      notes: ['a', 'é'],
    };
    const questions = abouts.map((about) => questionOf('', 'e1', { about, ...full, attempts: 3, hasTurn: true }));
    for (const question of questions) expect(await delivery().putConfirmation(question)).toBe('put');
    for (const question of questions) expect(await delivery().confirmation(question)).toEqual(question);
    expect((await delivery().counts()).confirmations).toBe(abouts.length);
    const other = questionOf('a', 'e1', {
      connectorId: 'acme-2',
      about: { type: 'reference', merchantReference: 'a' },
    });
    expect(await delivery().putConfirmation(other)).toBe('put');
  });

  it('of the same question asked at the same moment one is written', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => delivery().putConfirmation(questionOf('t1', 'e1'))),
    );
    expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(1);
  });

  describeDueQuestions(delivery);
  describeQuestionLists(delivery);
  describeRates(delivery);
}

function describeDueQuestions(delivery: () => DeliveryStore): void {
  it('gives what is due, the longest due first, up to the limit; nothing that parking waits for', async () => {
    for (const i of [3, 1, 4, 2, 0]) {
      await delivery().putConfirmation(questionOf(`t${i}`, 'e1', { nextAt: timeAt(i * 1000) }));
    }
    const ended = questionOf('ended', 'e1', { nextAt: timeAt(0) });
    await delivery().putConfirmation(ended);
    await delivery().updateConfirmation(ended, DONE, ended.nextAt);
    const due = async (ms: number, limit: number) => (await delivery().dueConfirmations(timeAt(ms), limit)).map(idOf);
    expect(await due(-1, 10)).toEqual([]);
    expect(await due(2000, 10)).toEqual(['t0', 't1', 't2']);
    expect(await due(99_000, 2)).toEqual(['t0', 't1']);
    expect(await due(99_000, 10)).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(await delivery().dueCursors(timeAt(99_000), 10)).toEqual([]);
  });

  it('lets one of many claim a due question, and only the holder write what came of it', async () => {
    const question = questionOf('t1', 'e1', { hasTurn: true });
    await delivery().putConfirmation(question);
    const until = timeAt(60_000);
    const claims = await Promise.all(Array.from({ length: 10 }, () => delivery().claimConfirmation(question, until)));
    expect(claims.filter((claim) => claim !== undefined)).toEqual([{ ...question, nextAt: until, hasTurn: false }]);
    expect(await delivery().updateConfirmation(question, DONE, question.nextAt)).toBe(false);
    const change = { ...DONE, state: 'waiting', nextAt: timeAt(9), lastOutcome: 'down', lastDetail: 'd' } as const;
    expect(await delivery().updateConfirmation(question, { ...change, ...{ reason: 'x' } }, until)).toBe(true);
    expect(await delivery().confirmation(question)).toEqual({ ...question, ...change });
    expect((await delivery().dueConfirmations(timeAt(9), 10)).map(idOf)).toEqual(['t1']);
  });

  it('what a change leaves out is gone; what has ended is neither due nor claimed', async () => {
    const question = questionOf('t1', 'e1', { lastOutcome: 'down', cursor: 'c', found: 1, notes: ['n'] });
    await delivery().putConfirmation(question);
    expect(await delivery().updateConfirmation(question, DONE, question.nextAt)).toBe(true);
    expect(await delivery().confirmation(question)).toEqual({ ...questionOf('t1'), ...DONE });
    expect(await delivery().claimConfirmation(question, timeAt(9))).toBeUndefined();
    expect(await delivery().claimConfirmation({ ...question, nextAt: null }, timeAt(9))).toBeUndefined();
    expect(await delivery().dueConfirmations(timeAt(99_000), 10)).toEqual([]);
    expect(await delivery().putConfirmation(questionOf('t1'))).toBe('exists');
    expect(await delivery().updateConfirmation(questionOf('none'), DONE, timeAt(0))).toBe(false);
    expect(await delivery().confirmation(questionOf('none'))).toBeUndefined();
  });

  it('names what waits about one thing', async () => {
    const [a, b, ended] = [questionOf('t1', 'e1'), questionOf('t1', 'e2'), questionOf('t1', 'e3')];
    for (const question of [a, b, ended, questionOf('t2')]) await delivery().putConfirmation(question);
    await delivery().updateConfirmation(ended, GIVEN_UP, ended.nextAt);
    expect(new Set(await delivery().waitingAbout(a))).toEqual(new Set([a, b]));
    expect(await delivery().waitingAbout(questionOf('t9'))).toEqual([]);
  });
}

function describeQuestionLists(delivery: () => DeliveryStore): void {
  it('lists what waits and what was given up, newest first, by connector and state; counts what waits', async () => {
    const ends = [undefined, DONE, GIVEN_UP];
    for (let i = 0; i < 12; i++) {
      const connectorId = i % 2 === 0 ? 'acme-cc-1' : 'acme-2';
      const about = { type: 'subject', subject: subjectOf(`t${i}`, { connectorId }) } as const;
      const question = questionOf('', 'e1', { connectorId, about, at: timeAt(Math.floor(i / 2)) });
      await delivery().putConfirmation(question);
      const end = ends[i % 3];
      if (end !== undefined) await delivery().updateConfirmation(question, end, question.nextAt);
    }
    const listed = async (query: object) =>
      (await allPages(2, (page) => delivery().confirmations({ ...query, ...page }))).map(idOf);
    const open = await listed({});
    expect(open.map((id) => Math.floor(Number(id.slice(1)) / 2))).toEqual([5, 4, 4, 3, 2, 1, 1, 0]);
    expect(new Set(open)).toEqual(new Set(['t0', 't2', 't3', 't5', 't6', 't8', 't9', 't11']));
    expect(await listed({ state: 'done' })).toEqual(['t10', 't7', 't4', 't1']);
    expect(await listed({ state: 'waiting', connectorId: 'acme-2' })).toEqual(['t9', 't3']);
    expect(await listed({ connectorId: 'acme-cc-1' })).toEqual(['t8', 't6', 't2', 't0']);
    expect((await delivery().counts()).confirmations).toBe(4);
  });
}

function describeRates(delivery: () => DeliveryStore): void {
  const start = Date.parse(timeAt(0));
  const rate = { id: 'acme-cc-1', perMinute: 60, burst: 3 };

  it('gives turns evenly after a burst, each once, however many ask at the same moment', async () => {
    const turns = await Promise.all(Array.from({ length: 12 }, () => delivery().takeTurn(rate, start)));
    const offsets = turns.map((turn) => turn - start).toSorted((a, b) => a - b);
    expect(offsets).toEqual([0, 0, 0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
    expect(await delivery().takeTurn({ ...rate, id: 'acme-cc-1/é' }, start)).toBe(start);
  });

  it('gives the burst again to who waited, and never a turn in the past', async () => {
    for (let i = 0; i < 5; i++) await delivery().takeTurn(rate, start);
    expect(await delivery().takeTurn(rate, start + 2_500)).toBe(start + 3_000);
    expect(await delivery().takeTurn(rate, start + 60_000)).toBe(start + 60_000);
    expect(await delivery().takeTurn(rate, start + 60_000)).toBe(start + 60_000);
    expect(await delivery().takeTurn(rate, start + 60_000)).toBe(start + 60_000);
    expect(await delivery().takeTurn(rate, start + 60_000)).toBe(start + 61_000);
  });

  it('keeps why and until when a connector is not asked', async () => {
    const pause = { until: timeAt(9), outcome: 'not_allowed', times: 3 };
    expect(await delivery().askPause('acme-cc-1')).toBeUndefined();
    await delivery().setAskPause('acme-cc-1', { ...pause, times: 2 });
    await delivery().setAskPause('acme-cc-1', pause);
    expect(await delivery().askPause('acme-cc-1')).toEqual(pause);
    expect(await delivery().askPause('acme-2')).toBeUndefined();
    await delivery().setAskPause('acme-cc-1', undefined);
    expect(await delivery().askPause('acme-cc-1')).toBeUndefined();
  });
}
