import { describe, expect, it } from 'vitest';
import { tokenDigest, tokenMatches } from './token-digest.ts';

describe('tokenMatches', () => {
  it('knows the token of a digest', () => {
    expect(tokenMatches('token', tokenDigest('token'))).toBe(true);
    expect(tokenMatches('token ', tokenDigest('token'))).toBe(false);
    expect(tokenMatches('', tokenDigest('token'))).toBe(false);
  });

  it('is false, and no exception, for a digest that is none', () => {
    expect(tokenMatches('token', '')).toBe(false);
    expect(tokenMatches('', '')).toBe(false);
    expect(tokenMatches('token', 'x'.repeat(43))).toBe(false);
  });
});
