import { describe, expect, it } from 'vitest';
import type { QueueMessage, SendResult } from './ports.ts';
import { sendInOrder } from './send-in-order.ts';

const QUEUE = { url: 'q', fifo: true, managed: false };

function stream(group: string, ...versions: number[]) {
  const message = (version: number): QueueMessage => ({
    id: `${group}${version}`,
    groupId: group,
    deduplicationId: `${group}${version}`,
    body: '{}',
    attributes: {},
  });
  return { messages: versions.map((version) => ({ version, message: message(version) })) };
}

/** Refuses the messages named, with their codes; remembers what was tried. */
async function sent(refusals: Record<string, string>, ...streams: ReturnType<typeof stream>[]) {
  const tried: string[] = [];
  const sender = {
    send: async (_: unknown, messages: readonly QueueMessage[]): Promise<readonly SendResult[]> =>
      messages.map(({ id }) => {
        tried.push(id);
        const code = refusals[id];
        return code === undefined ? { id, ok: true } : { id, ok: false, code, message: 'no' };
      }),
  };
  return { tried, ...(await sendInOrder(sender, QUEUE, streams)) };
}

describe('sendInOrder', () => {
  it('after a refusal sends nothing later of that stream, and all of the others', async () => {
    const { tried, results, queueRefuses } = await sent(
      { a2: 'Throttled' },
      stream('a', 1, 2, 3),
      stream('b', 1, 2, 3),
    );
    expect(tried).toEqual(['a1', 'b1', 'a2', 'b2', 'b3']);
    expect(results).toEqual([{ refused: { version: 2, code: 'Throttled', message: 'no' } }, {}]);
    expect(queueRefuses).toBe(false);
  });

  it('after a batch that the queue refused whole tries nothing more, and names the first version of each stream', async () => {
    const refusals = { a1: 'QueueDoesNotExist', b4: 'QueueDoesNotExist' };
    const { tried, results, queueRefuses } = await sent(refusals, stream('a', 1, 2), stream('b', 4, 5));
    expect(tried).toEqual(['a1', 'b4']);
    expect(results.map((result) => result.refused?.version)).toEqual([1, 4]);
    expect(queueRefuses).toBe(true);
  });

  it('a message that SQS will not have says nothing of the queue', async () => {
    const { tried, results, queueRefuses } = await sent({ a1: 'InvalidParameterValue' }, stream('a', 1), stream('b'));
    expect([tried, results.map((result) => result.refused?.code), queueRefuses]).toEqual([
      ['a1'],
      ['InvalidParameterValue', undefined],
      false,
    ]);
  });

  it('an entry that the queue does not answer for counts as refused', async () => {
    const silent = { send: async () => [] };
    const report = await sendInOrder(silent, QUEUE, [stream('a', 1)]);
    expect(report).toMatchObject({ results: [{ refused: { version: 1, code: 'no_answer' } }], queueRefuses: true });
  });
});
