import {
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { describe, expect } from 'vitest';
import type { Check, ClientOf } from '../queue-contract.ts';
import { createQueue, refusalOf } from '../queue-session.ts';

const LIMIT = 1_048_576;

/** What a message may hold, and what of it comes back. The SDK itself compares the MD5 of every body. */
export function describeMessages(check: Check, client: ClientOf): void {
  describe('messages', () => {
    check('brings bodies back unchanged: unicode, control characters that are allowed, quotes, markup', async () => {
      const queue = await createQueue(client());
      const bodies = ['Zürich € 😀 \u{10ffff}', 'tab\tline\nreturn\r', '{"a":"\\"<&>"}', ' ', '\u007f\ud7ff\ufffd'];
      for (const body of bodies) {
        await queue.send(body);
      }
      expect((await queue.bodies()).sort()).toEqual([...bodies].sort());
    });

    check('refuses forbidden characters and empty bodies', async () => {
      const queue = await createQueue(client());
      expect(await refusalOf(queue.send('a\u0000b'))).toBe('InvalidMessageContents');
      expect(await refusalOf(queue.send('a\uffffb'))).toBe('InvalidMessageContents');
      expect(await refusalOf(queue.send(''))).not.toBe('');
      expect(await queue.bodies()).toEqual([]);
    });

    check('takes 1 MiB, also when JSON doubles it, and refuses one byte more', async () => {
      const queue = await createQueue(client());
      const quotes = '"'.repeat(LIMIT);
      await queue.send(quotes);
      expect((await queue.receive())[0]?.Body === quotes).toBe(true);
      expect(await refusalOf(queue.send('x'.repeat(LIMIT + 1)))).toBe('InvalidParameterValue');
    });

    check('brings attributes of every type back, those that were asked for', async () => {
      const queue = await createQueue(client(), { VisibilityTimeout: '0' });
      const sent = {
        type: { DataType: 'String', StringValue: 'payment.debit.finished' },
        'trace.id': { DataType: 'String', StringValue: 'é😀' },
        'trace.depth': { DataType: 'Number.int', StringValue: '-12.5' },
        raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255, 10) },
      };
      const answer = await queue.send('x', { MessageAttributes: sent });
      expect(answer).toMatchObject({ MD5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) });
      const named = async (...MessageAttributeNames: string[]) => {
        const [message] = await queue.receive({ MessageAttributeNames });
        return Object.keys(message?.MessageAttributes ?? {}).sort();
      };
      expect(await named()).toEqual([]);
      expect(await named('type')).toEqual(['type']);
      expect(await named('trace.*')).toEqual(['trace.depth', 'trace.id']);
      const [all] = await queue.receive({ MessageAttributeNames: ['All'] });
      expect(Object.keys(all?.MessageAttributes ?? {}).sort()).toEqual(Object.keys(sent).sort());
      expect(all?.MessageAttributes?.['trace.id']?.StringValue).toBe('é😀');
      expect(all?.MessageAttributes?.['trace.depth']).toMatchObject({ DataType: 'Number.int', StringValue: '-12.5' });
      expect([...(all?.MessageAttributes?.['raw']?.BinaryValue ?? [])]).toEqual([0, 255, 10]);
    });

    check('refuses attributes without a proper type or value', async () => {
      const queue = await createQueue(client());
      const send = (DataType: string, StringValue: string) =>
        refusalOf(queue.send('x', { MessageAttributes: { a: { DataType, StringValue } } }));
      expect(await send('Text', 'x')).not.toBe('');
      expect(await send('String', '')).not.toBe('');
    });

    check('counts receives and tells when the message was sent and first received', async () => {
      const queue = await createQueue(client(), { VisibilityTimeout: '0' });
      const { MessageId } = await queue.send('x');
      const [first] = await queue.receive({ MessageSystemAttributeNames: ['All'] });
      const [second] = await queue.receive({ AttributeNames: ['All'] });
      expect(first?.MessageId).toBe(MessageId);
      expect(first?.ReceiptHandle).not.toBe(second?.ReceiptHandle);
      expect(first?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
      expect(second?.Attributes).toMatchObject({
        ApproximateReceiveCount: '2',
        SentTimestamp: first?.Attributes?.SentTimestamp,
        ApproximateFirstReceiveTimestamp: first?.Attributes?.ApproximateFirstReceiveTimestamp,
      });
      expect(Number(first?.Attributes?.SentTimestamp)).toBeGreaterThan(1_600_000_000_000);
      const [third] = await queue.receive({ MessageSystemAttributeNames: ['SentTimestamp'] });
      expect(Object.keys(third?.Attributes ?? {})).toEqual(['SentTimestamp']);
    });
  });

  describe('batches', () => {
    check('sends what it can and names what it cannot', async () => {
      const queue = await createQueue(client());
      const entries = [
        { Id: 'good-1', MessageBody: 'one' },
        { Id: 'bad', MessageBody: 'a\u0000b' },
        { Id: 'good_2', MessageBody: 'two' },
      ];
      const sent = await client().send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: entries }));
      expect(sent.Successful?.map((entry) => entry.Id)).toEqual(['good-1', 'good_2']);
      expect(sent.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'InvalidMessageContents' }]);
      const received = await queue.receive();
      expect(received.map((message) => message.Body).sort()).toEqual(['one', 'two']);
      const deleted = await client().send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            { Id: '0', ReceiptHandle: received[0]?.ReceiptHandle },
            { Id: '1', ReceiptHandle: 'nonsense' },
            { Id: '2', ReceiptHandle: received[1]?.ReceiptHandle },
          ],
        }),
      );
      expect(deleted.Successful?.map((entry) => entry.Id)).toEqual(['0', '2']);
      expect(deleted.Failed).toMatchObject([{ Id: '1', SenderFault: true }]);
      expect(await queue.attributes('ApproximateNumberOfMessagesNotVisible')).toEqual({
        ApproximateNumberOfMessagesNotVisible: '0',
      });
    });

    check(
      'refuses a batch as a whole that is empty, too large, or whose ids do not distinguish its entries',
      async () => {
        const queue = await createQueue(client());
        const send = (Entries: SendMessageBatchRequestEntry[]) =>
          refusalOf(client().send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries })));
        const entry = (Id: string, MessageBody = 'x') => ({ Id, MessageBody });
        expect(await send([])).toBe('EmptyBatchRequest');
        expect(await send(Array.from({ length: 11 }, (_, index) => entry(`e${index}`)))).toBe(
          'TooManyEntriesInBatchRequest',
        );
        expect(await send([entry('same'), entry('same')])).toBe('BatchEntryIdsNotDistinct');
        expect(await send([entry('not allowed')])).toBe('InvalidBatchEntryId');
        const half = 'x'.repeat(LIMIT / 2);
        expect(await send([entry('a', half), entry('b', `${half}x`)])).toBe('BatchRequestTooLong');
        expect(await queue.bodies()).toEqual([]);
        expect(await send([entry('a', half), entry('b', half)])).toBe('');
      },
    );
  });
}
