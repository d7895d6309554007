import { describe, expect, it } from 'vitest';
import { confirmDue } from '#shared/pipeline/confirm.ts';
import type { ConfirmRequest } from '#shared/pipeline/ports.ts';
import { answered, CONNECTOR, type ConfirmHouse, openConfirmHouse, statementOf, type Told } from './confirm-house.ts';

const MINUTE = 60_000;
const hintOf = (id: string, n = 0): Told => ({ id, status: 'PENDING', hint: true, n });
const subject = (id: string) => ({ connectorId: CONNECTOR, type: 'transaction', id }) as const;
const finished = (question: { about: string; id?: string }) =>
  answered({ id: 'id' in question ? String(question.id) : '', status: 'FINISHED' });

/** The only question that there is. */
async function only(house: ConfirmHouse): Promise<ConfirmRequest> {
  const questions = await house.questions();
  const [question] = questions;
  if (question === undefined || questions.length > 1) throw new Error(`${questions.length} questions`);
  return question;
}

function overdue(house: ConfirmHouse, id: string, change: Partial<ConfirmRequest> = {}): ConfirmRequest {
  const at = new Date(house.nowMs()).toISOString();
  return {
    ...{ connectorId: CONNECTOR, merchantId: 'acme', about: { type: 'subject', subject: subject(id) }, at, due: at },
    ...{
      evidenceDigest: `overdue/${at}`,
      reason: 'overdue',
      state: 'waiting',
      nextAt: at,
      attempts: 0,
      hasTurn: false,
    },
    ...change,
  };
}

const later = (question: ConfirmRequest, from: number) => Date.parse(question.nextAt ?? '') - from;

describe('confirm', () => {
  it('asks about a hint, and the answer takes the same way as a callback', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'));
    house.house.tick(500);
    let question: unknown;
    house.answerWith((asked) => {
      question = asked;
      return finished(asked);
    });
    expect(await house.confirm()).toEqual({ answered: 1 });
    expect(question).toMatchObject({ about: 'subject', type: 'transaction', id: 't1', as: 'charge', kind: 'debit' });
    const { items } = await house.house.stores.inbox.list({ limit: 10 });
    const row = items.find(({ source }) => source === 'fetched');
    expect(row).toMatchObject({ method: 'GET', path: '/v1/t1', mode: 'live', connectorVersion: 1 });
    expect(row?.declared).toMatchObject({ as: 'charge', askedAt: new Date(house.nowMs()).toISOString() });
    expect(JSON.parse(row?.declared['settles'] ?? '')).toHaveLength(1);
    expect(await only(house)).toMatchObject({ state: 'done', nextAt: null, attempts: 1, hasTurn: false });
    await house.applyNew();
    expect(await house.status('t1')).toBe('FINISHED');
    expect(await house.confirm()).toEqual({});
  });

  it('gives the adapter the statement that gave rise to the question', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1', 7));
    house.answerWith(async (question) => {
      const cause = question.about === 'subject' ? await question.cause() : undefined;
      expect(Buffer.from(cause?.body ?? []).toString()).toContain('"n":7');
      return finished(question);
    });
    expect(await house.confirm()).toEqual({ answered: 1 });
  });

  it('closes a contradiction: the answer settles the claims that it has seen', async () => {
    const house = await openConfirmHouse();
    await house.push({ id: 't1', status: 'FINISHED' }, { id: 't1', status: 'ERROR' });
    house.answerWith(() => answered({ id: 't1', status: 'ERROR', n: 1 }));
    expect(await house.confirm()).toEqual({ answered: 1 });
    await house.applyNew();
    const { version } = await house.house.stores.ledger.newest(subject('t1'));
    expect(version?.data).toMatchObject({ status: 'ERROR', contradictory: false, settled: true });
    expect(await house.confirm()).toEqual({});
  });

  it('a contradiction that is answered with PENDING is asked again on the age curve', async () => {
    const house = await openConfirmHouse();
    await house.push({ id: 't1', status: 'FINISHED' }, { id: 't1', status: 'ERROR' });
    const start = house.nowMs();
    // In other words each time: that is no new evidence, and no new question.
    house.answerWith(() => answered({ id: 't1', status: 'PENDING', n: house.asked.length }));
    const ages: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect(await house.confirm()).toEqual({ pending: 1 });
      await house.applyNew();
      const question = (await house.questions()).find(({ state }) => state === 'waiting');
      if (question === undefined) break;
      ages.push(later(question, start) / MINUTE);
      house.house.tick(later(question, house.nowMs()));
    }
    expect(ages).toEqual([5, 15, 60, 180, 720, 1_440, 2_880]);
    expect(await only(house)).toMatchObject({ state: 'given_up', attempts: 8, lastOutcome: 'pending' });
  });

  it('asks nothing where nothing is to ask any more', async () => {
    const house = await openConfirmHouse();
    await house.push({ id: 't1', status: 'FINISHED' });
    const { delivery } = house.house.stores;
    await delivery.putConfirmation(overdue(house, 't1'));
    await delivery.putConfirmation(overdue(house, 'never-seen'));
    await delivery.putConfirmation(overdue(house, 't1', { reason: 'contradictory', evidenceDigest: 'of-before' }));
    expect(await house.confirm()).toEqual({ nothing: 3 });
    expect(house.asked).toEqual([]);
    expect((await house.questions()).every(({ state }) => state === 'done')).toBe(true);
  });

  it('one answer ends all that was open about a subject; many hints are one question more', async () => {
    const house = await openConfirmHouse();
    await house.push(...Array.from({ length: 20 }, (_, n) => hintOf('t1', n)));
    await house.house.stores.delivery.putConfirmation(overdue(house, 't1'));
    expect(await house.questions()).toHaveLength(21);
    house.answerWith(finished);
    const report = await house.confirm();
    expect(report.answered).toBe(1);
    expect(house.asked).toHaveLength(1);
    expect((await house.questions()).every(({ state }) => state === 'done')).toBe(true);
    await house.applyNew();
    expect(await house.status('t1')).toBe('FINISHED');
  });

  it('what comes while the gateway is asked is not answered by that: it is asked about anew', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1', 0));
    house.answerWith(async () => {
      if (house.asked.length === 1) await house.push(hintOf('t1', 1));
      return answered({ id: 't1', status: 'FINISHED', n: house.asked.length });
    });
    expect(await house.confirm()).toEqual({ answered: 2 });
    await house.applyNew();
    const { items } = await house.house.stores.inbox.list({ limit: 10 });
    const settled = items.flatMap(({ declared: { settles } }) =>
      settles === undefined ? [] : [JSON.parse(settles).length],
    );
    expect(settled.toSorted()).toEqual([1, 2]);
    await house.confirm();
    expect(house.asked).toHaveLength(2);
  });

  it('a PENDING answer leaves open what wants a decision', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'));
    await house.house.stores.delivery.putConfirmation(
      overdue(house, 't1', { nextAt: new Date(house.nowMs() + 1).toISOString() }),
    );
    house.answerWith(() => answered({ id: 't1', status: 'PENDING' }));
    expect(await house.confirm()).toEqual({ answered: 1 });
    const states = (await house.questions()).map(({ reason, state }) => `${reason} ${state}`);
    expect(new Set(states)).toEqual(new Set(['hint done', 'overdue waiting']));
  });

  it('says what a sampled payment is otherwise today', async () => {
    const house = await openConfirmHouse();
    await house.push({ id: 't1', status: 'FINISHED' });
    await house.house.stores.delivery.putConfirmation(overdue(house, 't1', { reason: 'drift' }));
    house.answerWith(() => answered({ id: 't1', status: 'ERROR' }));
    expect(await house.confirm()).toEqual({ answered: 1 });
    expect(house.drifts).toEqual([[{ what: 'status', ours: 'FINISHED', theirs: 'ERROR' }]]);
  });
});

describe('confirm, when there is no answer', () => {
  it('not_found: on the age curve, until the horizon', async () => {
    const house = await openConfirmHouse({ horizonMinutes: 10 });
    await house.push(hintOf('t1'));
    await house.house.stores.delivery.putConfirmation(overdue(house, 't1'));
    house.answerWith(() => ({ outcome: 'not_found', detail: 'It knows no such thing.' }));
    const start = house.nowMs();
    expect(await house.confirm()).toEqual({ not_found: 2 });
    for (const question of await house.questions()) expect(later(question, start)).toBe(5 * MINUTE);
    house.house.tick(5 * MINUTE);
    await house.confirm();
    for (const question of await house.questions()) expect(later(question, start)).toBe(10 * MINUTE);
    expect(house.horizons).toEqual([]);
    house.house.tick(5 * MINUTE);
    await house.confirm();
    expect(house.horizons.map(({ reason }) => reason).sort()).toEqual(['hint', 'overdue']);
    for (const question of await house.questions()) {
      expect(question).toMatchObject({ state: 'given_up', lastOutcome: 'not_found', attempts: 3 });
    }
  });

  it.each([
    ['not_allowed', [1, 2, 4, 8, 16, 32, 60, 60]],
    ['down', [0.25, 0.5, 1, 2, 4, 8, 15, 15]],
  ] as const)(
    '%s pauses the whole connector, longer each time; nothing is asked one by one',
    async (outcome, minutes) => {
      const house = await openConfirmHouse();
      for (let i = 0; i < 50; i++) await house.push(hintOf(`t${i}`));
      house.answerWith(() => ({ outcome, detail: 'It says no.' }));
      for (const [i, pause] of minutes.entries()) {
        const before = house.nowMs();
        expect((await house.confirm())[outcome]).toBe(1);
        expect(house.asked).toHaveLength(i + 1);
        expect(await house.confirm()).toEqual({});
        const held = await house.house.stores.delivery.askPause(CONNECTOR);
        expect(Date.parse(held?.until ?? '') - before).toBe(pause * MINUTE);
        house.house.tick(pause * MINUTE);
      }
      // No two tries were about the same: whoever failed comes behind the others.
      expect(new Set(house.asked.map(({ about }) => about)).size).toBe(minutes.length);
      house.answerWith(finished);
      await house.confirm();
      house.house.tick(MINUTE);
      await house.confirm();
      expect(await house.house.stores.delivery.askPause(CONNECTOR)).toBeUndefined();
      expect((await house.questions()).every(({ state }) => state === 'done')).toBe(true);
    },
  );

  it('a question whose turn was given before the pause waits for its end too', async () => {
    const house = await openConfirmHouse({ perMinute: 60 });
    for (let i = 0; i < 20; i++) await house.push(hintOf(`t${i}`));
    house.answerWith(() => ({ outcome: 'not_allowed', detail: 'It says no.' }));
    await house.confirm();
    for (let second = 0; second < 59; second++) {
      house.house.tick(1_000);
      await house.confirm();
    }
    expect(house.asked).toHaveLength(1);
  });

  it('rate_limited: waits as long as the gateway says, else a minute', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'), hintOf('t2'));
    house.answerWith(() => ({ outcome: 'rate_limited', detail: 'Too often.', retryAfterMs: 7_000 }));
    expect(await house.confirm()).toEqual({ rate_limited: 1, paused: 1 });
    house.answerWith(() => ({ outcome: 'rate_limited', detail: 'Too often.' }));
    house.house.tick(6_999);
    expect(await house.confirm()).toEqual({});
    house.house.tick(1);
    expect(await house.confirm()).toEqual({ rate_limited: 1, paused: 1 });
    const pause = await house.house.stores.delivery.askPause(CONNECTOR);
    expect(pause).toEqual({ until: new Date(house.nowMs() + MINUTE).toISOString(), outcome: 'rate_limited', times: 2 });
  });

  it('malformed: a few tries, then given up', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'));
    house.answerWith(() => ({ outcome: 'malformed', detail: 'HTML.' }));
    for (const minutes of [1, 5, 30]) {
      expect(await house.confirm()).toEqual({ malformed: 1 });
      expect(later(await only(house), house.nowMs())).toBe(minutes * MINUTE);
      house.house.tick(minutes * MINUTE);
    }
    expect(await house.confirm()).toEqual({ malformed: 1 });
    expect(await only(house)).toMatchObject({ state: 'given_up', lastOutcome: 'malformed', lastDetail: 'HTML.' });
  });

  it('foreign: given up at once, nothing stored', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'));
    house.answerWith(() => ({ outcome: 'foreign', detail: 'Another merchant’s.' }));
    expect(await house.confirm()).toEqual({ foreign: 1 });
    expect(await only(house)).toMatchObject({ state: 'given_up', lastOutcome: 'foreign', attempts: 1 });
    expect((await house.house.stores.inbox.list({ limit: 10 })).items).toHaveLength(1);
  });

  it.each(['foreign', 'cannot'] as const)(
    '%s: a payment that is overdue rests until its horizon, which is told once',
    async (outcome) => {
      const house = await openConfirmHouse({ horizonMinutes: 100 });
      await house.push({ id: 't1', status: 'PENDING' });
      await house.house.stores.delivery.putConfirmation(overdue(house, 't1'));
      house.answerWith(() => ({ outcome, detail: 'No.' }));
      expect(await house.confirm()).toEqual({ [outcome]: 1 });
      expect(later(await only(house), house.nowMs())).toBe(100 * MINUTE);
      house.house.tick(100 * MINUTE);
      expect(await house.confirm()).toEqual({ [outcome]: 1 });
      expect(house.horizons).toHaveLength(1);
      expect(await only(house)).toMatchObject({ state: 'given_up' });
    },
  );

  it('credentials that are not set: given up with what is missing; a payment waits for its horizon', async () => {
    const house = await openConfirmHouse({ horizonMinutes: 100 });
    await house.push(hintOf('t1'), { id: 't2', status: 'PENDING' });
    await house.house.stores.delivery.putConfirmation(overdue(house, 't2'));
    await house.changeConnector({ secretNames: [] });
    expect(await house.confirm()).toEqual({ cannot: 2 });
    const byReason = Object.fromEntries((await house.questions()).map((one) => [one.reason, one]));
    expect(byReason['hint']).toMatchObject({ state: 'given_up', lastOutcome: 'cannot', attempts: 0 });
    expect(byReason['hint']?.lastDetail).toMatch(/lacks \/secrets\/sharedSecret/);
    expect(byReason['overdue']).toMatchObject({ state: 'waiting' });
    house.house.tick(100 * MINUTE);
    expect(await house.confirm()).toEqual({ cannot: 1 });
    expect(house.horizons.map(({ reason }) => reason)).toEqual(['overdue']);
    expect(house.asked).toEqual([]);
  });

  it('a connector that is switched off is not asked; its questions wait', async () => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'));
    await house.changeConnector({ active: false });
    expect(await house.confirm()).toEqual({ not_in_use: 1 });
    expect(await only(house)).toMatchObject({ state: 'waiting', lastOutcome: 'inactive', attempts: 0 });
    await house.changeConnector({ active: true });
    house.answerWith(finished);
    house.house.tick(5 * MINUTE);
    expect(await house.confirm()).toEqual({ answered: 1 });
  });

  it.each([
    ['archived', { archived: true }],
    ['gone', undefined],
  ] as const)('a connector that is %s is not asked any more', async (code, change) => {
    const house = await openConfirmHouse();
    await house.push(hintOf('t1'));
    if (change !== undefined) await house.changeConnector(change);
    const registry = {
      connector: async (id: string) => (change === undefined ? undefined : house.deps.registry.connector(id)),
    };
    expect(await confirmDue({ ...house.deps, registry })).toEqual({ not_in_use: 1 });
    expect(await only(house)).toMatchObject({ state: 'given_up', lastOutcome: code });
  });
});

describe('spans and expectations', () => {
  const span = (house: ConfirmHouse): ConfirmRequest =>
    overdue(house, '', {
      about: { type: 'span', from: 'a', to: 'b' },
      reason: 'discovery',
      evidenceDigest: 'discovery',
    });

  it('reads every page to the end, each in the inbox before the place of the next is written', async () => {
    const pages: readonly (readonly string[])[] = [['t1', 't2'], [], ['t3']];
    let stored = 0;
    const house = await openConfirmHouse({
      discover(cursor) {
        const page = Number(cursor ?? 0);
        const statements = (pages[page] ?? []).map((id) => statementOf({ id, status: 'FINISHED' }));
        const next = page + 1 < pages.length ? { cursor: String(page + 1) } : {};
        return { outcome: 'page', statements, notes: page === 0 ? ['one of another merchant'] : [], ...next };
      },
    });
    await house.house.stores.delivery.putConfirmation(span(house));
    const put: typeof house.deps.inbox.put = async (row) => {
      stored++;
      // The process dies behind the first row of the first page.
      if (stored === 1) {
        await house.house.stores.inbox.put(row);
        throw new Error('killed');
      }
      return house.house.stores.inbox.put(row);
    };
    expect(await confirmDue({ ...house.deps, inbox: { ...house.deps.inbox, put } })).toEqual({});
    expect(house.troubles).toHaveLength(1);
    house.house.tick(3 * MINUTE);
    expect(await house.confirm()).toEqual({ pending: 2, answered: 1 });
    expect(await only(house)).toMatchObject({
      state: 'done',
      found: 3,
      attempts: 3,
      notes: ['one of another merchant'],
    });
    await house.applyNew();
    for (const id of ['t1', 't2', 't3']) expect(await house.status(id)).toBe('FINISHED');
  });

  it('a list that goes round in a circle is given up; a gateway without a list cannot', async () => {
    const round = await openConfirmHouse({
      discover: () => ({ outcome: 'page', statements: [], notes: [], cursor: 'same' }),
    });
    await round.house.stores.delivery.putConfirmation(span(round));
    for (let i = 0; i < 5; i++) {
      await round.confirm();
      round.house.tick(31 * MINUTE);
    }
    expect(await only(round)).toMatchObject({ state: 'given_up', lastOutcome: 'malformed' });
    const none = await openConfirmHouse();
    await none.house.stores.delivery.putConfirmation(span(none));
    expect(await none.confirm()).toEqual({ cannot: 1 });
    expect((await only(none)).lastDetail).toMatch(/no list of changes/);
  });

  it('an expectation asks by reference until it is found, or its horizon has passed', async () => {
    const house = await openConfirmHouse({ horizonMinutes: 10 });
    const about = { type: 'reference', merchantReference: 'order-1' } as const;
    await house.house.stores.delivery.putConfirmation(overdue(house, '', { about, reason: 'expected' }));
    house.answerWith(() => answered());
    expect(await house.confirm()).toEqual({ not_found: 1 });
    const found = { ...house.deps, isExpectedFound: async () => true };
    house.house.tick(5 * MINUTE);
    expect(await confirmDue(found)).toEqual({ nothing: 1 });
    expect(house.asked).toEqual([{ atMs: expect.anything(), about: 'order-1' }]);
  });
});
