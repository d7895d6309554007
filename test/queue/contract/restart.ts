import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { QueueUnderTest } from '../queue-contract.ts';
import { createQueue, FIFO, inGroup, sessionOf } from '../queue-session.ts';

/** What outlives the engine's process. Engines that cannot restart on their data pass by having nothing to prove here. */
export function describeRestart(name: string, makeClient: () => Promise<QueueUnderTest>): void {
  describe(`queue contract over a restart: ${name}`, () => {
    it('keeps queues, messages, order, locks and deduplication', async () => {
      const opened = await makeClient();
      try {
        if (opened.restart === undefined) {
          return;
        }
        const before = await createQueue(opened.client, FIFO);
        const first = await before.send('a1', inGroup('a', 'a1'));
        await before.send('a2', inGroup('a', 'a2'));
        await before.send('b1', inGroup('b', 'b1'));
        const [held] = await before.receive({ MaxNumberOfMessages: 1 });
        const { client } = await opened.restart();
        const QueueName = before.url.slice(before.url.lastIndexOf('/') + 1);
        await client.send(new CreateQueueCommand({ QueueName, Attributes: FIFO }));
        const after = sessionOf(client, before.url);
        const again = await after.send('a1', inGroup('a', 'a1'));
        expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
        expect(held?.Body).toBe('a1');
        expect(await after.bodies()).toEqual(['b1']);
        await after.delete(held);
        expect(await after.bodies()).toEqual(['a2']);
        const later = await after.send('a3', inGroup('a', 'a3'));
        expect((later.SequenceNumber ?? '') > (first.SequenceNumber ?? '')).toBe(true);
      } finally {
        await opened.close();
      }
    });
  });
}
