import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PostriderEvent } from '#shared/model/event.ts';
import { cutIntoBatches, MAX_MESSAGE_BYTES, messageBytes, messageOf, sqsId } from './messages.ts';
import type { QueueMessage, VersionRow } from './ports.ts';

const row = {
  key: { connectorId: 'acme-cc-1', type: 'transaction', id: '0f1e' },
  merchantId: 'acme',
  mode: 'live',
} as unknown as VersionRow;

function event(data: Record<string, unknown> = {}): PostriderEvent {
  return {
    specversion: '1.0',
    id: 'acme-cc-1:transaction:0f1e:2',
    type: 'payment.debit.finished',
    source: '/connectors/acme-cc-1',
    subject: 'transaction/0f1e',
    time: '2026-01-15T09:30:01.120Z',
    datacontenttype: 'application/json',
    dataschema: 'http://x/schemas/transaction/1.json',
    sequence: '0000000002',
    previoussequence: '0000000001',
    causeid: 'acme-cc-1:k',
    data,
  };
}

describe('messageOf', () => {
  it('has the attributes, group and deduplication id that interfaces.md names', () => {
    const message = messageOf(event(), row, 'http://x/ref');
    expect(message).toMatchObject({
      groupId: 'acme-cc-1:transaction/0f1e',
      deduplicationId: 'acme-cc-1:transaction:0f1e:2',
      attributes: {
        type: 'payment.debit.finished',
        merchantId: 'acme',
        connectorId: 'acme-cc-1',
        sequence: '0000000002',
        kind: 'debit',
        mode: 'live',
      },
    });
    expect(JSON.parse(message.body)).toEqual(event());
  });

  it('escapes what SQS refuses, and loses nothing', () => {
    const body = messageOf(event({ note: 'a\uFFFEb\uFFFFc' }), row, '').body;
    expect(body).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(JSON.parse(body).data.note).toBe('a\uFFFEb\uFFFFc');
  });

  it('an event over 1 MiB carries a link in place of its data', () => {
    const message = messageOf(event({ metadata: 'x'.repeat(MAX_MESSAGE_BYTES) }), row, 'http://x/ref');
    expect(messageBytes(message)).toBeLessThan(2000);
    expect(JSON.parse(message.body)).toMatchObject({ id: event().id, dataref: 'http://x/ref' });
    expect(JSON.parse(message.body)).not.toHaveProperty('data');
  });
});

describe('sqsId', () => {
  it.each(['acme:transaction/1', 'a'.repeat(128)])('%s stays', (text) => {
    expect(sqsId(text)).toBe(text);
  });
  it.each(['', 'a'.repeat(129), 'mit leer', 'ä', 'a\nb'])('%j is replaced by its digest', (text) => {
    expect(sqsId(text)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('cutIntoBatches', () => {
  const message = (id: string, groupId: string, size: number): QueueMessage => ({
    id,
    groupId,
    deduplicationId: id,
    body: 'x'.repeat(size),
    attributes: {},
  });

  it('keeps to ten entries, 1 MiB and one entry a group, loses nothing and keeps order in a group', () => {
    const messages = fc.array(
      fc.record({ group: fc.integer({ min: 0, max: 12 }), size: fc.constantFrom(1, 10, 400_000, MAX_MESSAGE_BYTES) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(messages, (list) => {
        const all = list.map(({ group, size }, i) => message(`m${i}`, `g${group}`, size));
        const batches = cutIntoBatches(all);
        expect(new Set(batches.flat())).toEqual(new Set(all));
        expect(batches.flat()).toHaveLength(all.length);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(10);
          expect(new Set(batch.map((one) => one.groupId)).size).toBe(batch.length);
          expect(batch.reduce((sum, one) => sum + messageBytes(one), 0)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        }
        for (const group of new Set(all.map((one) => one.groupId))) {
          const inGroup = (one: QueueMessage) => one.groupId === group;
          expect(batches.flat().filter(inGroup)).toEqual(all.filter(inGroup));
        }
      }),
    );
  });
});
