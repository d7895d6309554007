import { describe, expect, it } from 'vitest';
import { startTimeLimit, TimeLimitError, waitAtMost } from './time-limit.ts';

const never = new Promise<never>(() => undefined);

describe('a time limit over several calls', () => {
  it('hands over what comes in time, and its failures', async () => {
    const limit = startTimeLimit(60_000);
    expect(await limit.hold(Promise.resolve(7))).toBe(7);
    await expect(limit.hold(Promise.reject(new Error('down')))).rejects.toThrow('down');
    limit.end();
  });

  it('ends what hangs, and all that is asked for afterwards', async () => {
    const limit = startTimeLimit(5);
    await expect(limit.hold(never)).rejects.toThrow(TimeLimitError);
    await expect(limit.hold(never)).rejects.toThrow('No answer within 5 ms');
  });

  it('a failure that comes too late disturbs nobody', async () => {
    const limit = startTimeLimit(1);
    const late = Promise.withResolvers<never>();
    await expect(limit.hold(late.promise)).rejects.toThrow(TimeLimitError);
    late.reject(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('waiting at most', () => {
  it('ends with the work, with its failure, or with the time', async () => {
    await waitAtMost(Promise.resolve(), 60_000);
    await waitAtMost(Promise.reject(new Error('down')), 60_000);
    await waitAtMost(never, 1);
  });
});
