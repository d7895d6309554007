import { describe, expect, it } from 'vitest';
import { describeError } from './describe-error.ts';

describe('errors in the log', () => {
  it('pitfall: JSON.parse quotes what it could not read, the log does not', () => {
    let thrown: unknown;
    try {
      JSON.parse('4111111111111111 {');
    } catch (error) {
      thrown = error;
    }
    expect(describeError(thrown)).toMatch(/^SyntaxError\n\s+at /);
    expect(describeError(thrown)).not.toContain('4111');
    expect(describeError('4111111111111111')).not.toContain('4111');
  });

  it('errors of the system keep their words', () => {
    expect(describeError(Object.assign(new Error('disk full'), { code: 'ENOSPC' }))).toContain('Error: disk full');
  });
});
