import { describe, expect, it } from 'vitest';
import type { AskFailure, Granted } from '#shared/gateways/asking.ts';
import { createAccessTokens } from './access-tokens.ts';

const START = Date.parse('2026-11-22T12:00:00Z');
const DOWN: AskFailure = { outcome: 'down', detail: 'The gateway does not answer.' };

/** Grants tokens t1, t2 … and counts them; the clock stands until it is moved. */
function stage({ expiresInSeconds = 1_200, maxKeys }: { expiresInSeconds?: number; maxKeys?: number } = {}) {
  let at = START;
  let grants = 0;
  const tokens = createAccessTokens({ now: () => new Date(at), ...(maxKeys !== undefined && { maxKeys }) });
  const grant = async (): Promise<Granted> => {
    grants += 1;
    return { outcome: 'token', token: `t${grants}`, expiresInSeconds };
  };
  const pass = (seconds: number) => {
    at += seconds * 1_000;
  };
  return { tokens, grant, count: () => grants, pass };
}

describe('createAccessTokens', () => {
  it('keeps a token until ten seconds before it expires', async () => {
    const { tokens, grant, pass } = stage();
    expect(await tokens.get('a', grant)).toEqual({ outcome: 'token', token: 't1' });
    pass(1_189);
    expect(await tokens.get('a', grant)).toEqual({ outcome: 'token', token: 't1' });
    pass(1);
    expect(await tokens.get('a', grant)).toEqual({ outcome: 'token', token: 't2' });
  });

  it('keeps each key apart', async () => {
    const { tokens, grant } = stage();
    expect(await tokens.get('a', grant)).toMatchObject({ token: 't1' });
    expect(await tokens.get('b', grant)).toMatchObject({ token: 't2' });
    expect(await tokens.get('a', grant)).toMatchObject({ token: 't1' });
  });

  it('asks once, however many wait', async () => {
    const { tokens, grant, count } = stage();
    const answers = await Promise.all(Array.from({ length: 50 }, () => tokens.get('a', grant)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(count()).toBe(1);
  });

  it('tells a failure to all who wait, and keeps none', async () => {
    const { tokens, grant } = stage();
    let failures = 0;
    const fail = async () => {
      failures += 1;
      return DOWN;
    };
    expect(await Promise.all([tokens.get('a', fail), tokens.get('a', fail)])).toEqual([DOWN, DOWN]);
    expect(failures).toBe(1);
    expect(await tokens.get('a', grant)).toMatchObject({ token: 't1' });
  });

  it('drops a token that the gateway refused, and only that one', async () => {
    const { tokens, grant } = stage();
    await tokens.get('a', grant);
    expect(await tokens.get('a', grant, 'another')).toMatchObject({ token: 't1' });
    expect(await tokens.get('a', grant, 't1')).toMatchObject({ token: 't2' });
    // One who was slow to notice does not cost a third token.
    expect(await tokens.get('a', grant, 't1')).toMatchObject({ token: 't2' });
  });

  it.each([0, 10, -5, Number.NaN, Number.POSITIVE_INFINITY])(
    'gives a token that lasts %s s, and does not keep it',
    async (expiresInSeconds) => {
      const { tokens, grant } = stage({ expiresInSeconds });
      expect(await tokens.get('a', grant)).toMatchObject({ token: 't1' });
      expect(await tokens.get('a', grant)).toMatchObject({ token: 't2' });
    },
  );

  it('forgets the key that was asked for longest ago, beyond its number', async () => {
    const { tokens, grant } = stage({ maxKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) await tokens.get(key, grant);
    expect(await tokens.get('a', grant)).toMatchObject({ token: 't1' });
    expect(await tokens.get('b', grant)).toMatchObject({ token: 't4' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret text');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret text'))],
  ])('answers down when a grant %s, without its text', async (_, broken) => {
    const { tokens, grant } = stage();
    const answer = await tokens.get('a', broken);
    expect(answer).toMatchObject({ outcome: 'down' });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(await tokens.get('a', grant)).toMatchObject({ token: 't1' });
  });
});
