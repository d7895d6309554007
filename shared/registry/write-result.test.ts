import { describe, expect, it } from 'vitest';
import { checkVersion, retryOnConflict, type WriteResult } from './write-result.ts';

const context = { now: new Date(0), who: 'operator' };

describe('retryOnConflict', () => {
  it('gives what the first attempt that won the race gives', async () => {
    const results: (WriteResult<number> | undefined)[] = [
      undefined,
      undefined,
      { ok: true, created: false, record: 3 },
    ];
    expect(await retryOnConflict('/merchants/a', async () => results.shift())).toMatchObject({ ok: true, record: 3 });
  });

  it('ends, and says busy, where it always loses', async () => {
    let attempts = 0;
    const result = await retryOnConflict('/merchants/a', async () => {
      attempts++;
      return undefined;
    });
    expect(result).toMatchObject({ ok: false, code: 'busy' });
    expect(attempts).toBe(5);
  });
});

describe('checkVersion', () => {
  it.each([
    [undefined, undefined, true],
    [undefined, 3, true],
    [3, 3, true],
    [2, 3, false],
    [1, undefined, false],
    ['any', 3, true],
    ['any', undefined, false],
  ] as const)('If-Match %s at version %s: %s', (ifVersion, version, passes) => {
    const wanted = ifVersion === undefined ? context : { ...context, ifVersion };
    const refusal = checkVersion(wanted, '/merchants/a', version === undefined ? undefined : { version });
    expect(refusal === undefined).toBe(passes);
    if (refusal !== undefined) expect(refusal.code).toBe('version_mismatch');
  });
});
