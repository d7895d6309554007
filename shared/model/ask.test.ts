import { describe, expect, it } from 'vitest';
import { evidenceSaid, type Statement } from '../../test/builders/notifications.ts';
import { askedAs } from './ask.ts';
import { factsOf } from './facts-of.ts';
import { evidenceOf } from './merge.ts';
import type { Notification, Origin } from './notification.ts';
import { project } from './project.ts';

/** The gateway says only that something changed. */
function hinted(digest: string, as = 'capture') {
  return { status: 'PENDING', digest, more: { hint: true, ask: { as } } } as const;
}

const pushed = (contentDigest: string): Origin => ({ source: 'pushed', contentDigest });

function evidenceOfAll(...said: readonly (readonly [Notification, Origin])[]) {
  return evidenceOf(said.flatMap(([notification, origin]) => factsOf(notification, origin)));
}

describe('a transaction that the gateway only hints at', () => {
  const questionOf = (...said: readonly Statement[]) => project('transaction', evidenceSaid(...said)).ask;

  it('is asked about by the gateway’s own name for it', () => {
    const evidence = evidenceSaid(hinted('h1'));
    expect(project('transaction', evidence)).toMatchObject({
      state: { status: 'PENDING', proven: false },
      ask: { reason: 'hint', settles: ['h1'] },
    });
    expect(askedAs(evidence)).toBe('capture');
  });

  it('is another question with each further hint, and the same one in any order', () => {
    const both = questionOf(hinted('h1'), hinted('h2'));
    expect(both?.evidenceDigest).not.toBe(questionOf(hinted('h1'))?.evidenceDigest);
    expect(questionOf(hinted('h2'), hinted('h1'))).toEqual(both);
  });

  it('is not asked again once an answer had seen the hint, and asked when one comes after it', () => {
    const answer = { source: 'fetched', status: 'FINISHED', digest: 'a1', settles: ['h1'] } as const;
    expect(questionOf(hinted('h1'), answer)).toBeUndefined();
    expect(questionOf(hinted('h1'), hinted('h2'), answer)).toMatchObject({
      reason: 'hint',
      settles: ['a1', 'h1', 'h2'],
    });
  });

  it('stays the same question while the gateway answers PENDING, so that it is written once', () => {
    const before = questionOf(hinted('h1'));
    const after = questionOf(hinted('h1'), { source: 'fetched', status: 'PENDING', digest: 'a1' });
    expect(after?.evidenceDigest).toBe(before?.evidenceDigest);
  });
});

describe('the same answer once more, from a list that was asked without a question in mind', () => {
  const answer = { source: 'fetched', status: 'ERROR', digest: 'a1', askedAt: '2026-01-01T00:00:00.000Z' } as const;
  const listed = { ...answer, askedAt: '2026-01-01T02:00:00.000Z', settles: [] } as const;

  it('takes nothing back of what it has settled', () => {
    const both = [{ status: 'FINISHED', digest: 'f1' } as const, { status: 'ERROR', digest: 'e1' } as const];
    const evidence = evidenceSaid(...both, { ...answer, settles: ['e1', 'f1'] }, listed);
    const { state, ask } = project('transaction', evidence);
    expect(state).toMatchObject({ status: 'ERROR', contradictory: false, settled: true });
    expect(ask).toBeUndefined();
    expect(evidence).toEqual(evidenceSaid(listed, ...both, { ...answer, settles: ['e1', 'f1'] }));
  });

  it('opens no question about hints again', () => {
    const said = evidenceSaid(hinted('h1'), { ...answer, settles: ['h1'] }, listed);
    expect(project('transaction', said).ask).toBeUndefined();
    const schedule = { about: 'schedule', id: 's1', status: 'PAUSED', anomalies: [] } as const;
    const instrument = {
      about: 'instrument',
      id: 'i1',
      aliases: [],
      token: { word: 'ACTIVE' },
      anomalies: [],
    } as const;
    for (const notification of [schedule, instrument] as unknown as Notification[]) {
      const hint = { about: notification.about, id: notification.id, hint: true, ask: {}, status: 'ACTIVE' };
      const whole = { ...hint, aliases: [], anomalies: [] } as unknown as Notification;
      const origin = { source: 'fetched', contentDigest: 'a1' } as const;
      const evidence = evidenceOfAll(
        [whole, pushed('h1')],
        [notification, { ...origin, askedAt: answer.askedAt, settles: ['h1'] }],
        [notification, { ...origin, askedAt: listed.askedAt, settles: [] }],
      );
      expect(project(notification.about, evidence).ask).toBeUndefined();
    }
  });

  it('asked again about the same, the later one stands', () => {
    const later = { ...answer, settles: ['f1'], askedAt: '2026-01-01T03:00:00.000Z' };
    const evidence = evidenceSaid({ status: 'FINISHED', digest: 'f1' }, later, { ...answer, settles: ['f1'] });
    expect(JSON.stringify(evidence)).toContain(later.askedAt);
  });
});

describe('a schedule that the gateway only hints at', () => {
  const hint = { about: 'schedule', id: 's1', status: 'ACTIVE', hint: true, ask: {}, anomalies: [] } as const;

  it('has no status by the hint, and is asked about until an answer had seen it', () => {
    const first = project('schedule', evidenceOfAll([hint, pushed('h1')]));
    expect(first).toMatchObject({
      state: { status: 'UNKNOWN', proven: false },
      ask: { reason: 'hint', settles: ['h1'] },
    });
    const answered: Notification = { about: 'schedule', id: 's1', status: 'PAUSED', anomalies: [] };
    const origin: Origin = {
      ...{ source: 'fetched', contentDigest: 'a1', askedAt: '2026-01-01T00:00:00.000Z', settles: ['h1'] },
    };
    const then = project('schedule', evidenceOfAll([hint, pushed('h1')], [answered, origin]));
    expect(then.state.status).toBe('PAUSED');
    expect(then.ask).toBeUndefined();
    expect(project('schedule', evidenceOfAll([hint, pushed('h2')], [answered, origin])).ask?.reason).toBe('hint');
  });
});

describe('an instrument that the gateway only hints at', () => {
  it('publishes nothing yet and is asked about', () => {
    const hint = {
      about: 'instrument',
      id: 'i1',
      hint: true,
      ask: { as: 'containers' },
      aliases: [],
      anomalies: [],
    } as const;
    const evidence = evidenceOfAll([hint, pushed('h1')]);
    expect(project('instrument', evidence)).toMatchObject({
      state: { kind: 'unknown', proven: false },
      ask: { reason: 'hint', settles: ['h1'] },
    });
    expect(askedAs(evidence)).toBe('containers');
  });
});

describe('a notice that needs something done', () => {
  const asked: Notification = { about: 'notice', id: 'sub-1', status: 'RECEIVED', reason: 'subscription', ask: {} };
  const done: Notification = { about: 'notice', id: 'sub-1', status: 'RESOLVED', reason: 'subscription' };

  it('is asked about until it is RESOLVED, in any order', () => {
    expect(factsOf(asked, pushed('c1')).map(({ subject }) => subject.id)).toEqual(['sub-1', 'sub-1']);
    expect(project('notice', evidenceOfAll([asked, pushed('c1')]))).toMatchObject({
      state: { kind: 'notice', status: 'RECEIVED', proven: true, reason: 'subscription' },
      ask: { reason: 'hint' },
    });
    const both = [
      [asked, pushed('c1')],
      [done, { source: 'fetched', contentDigest: 'a1' }],
    ] as const;
    for (const said of [both, [...both].reverse()]) {
      const { state, ask } = project('notice', evidenceOfAll(...said));
      expect(state).toEqual({ kind: 'notice', status: 'RESOLVED', proven: true, reason: 'subscription' });
      expect(ask).toBeUndefined();
    }
  });
});
