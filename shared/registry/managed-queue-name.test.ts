import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ID_PATTERN } from './id.ts';
import { managedQueueName as nameUnder } from './managed-queue-name.ts';

const id = fc.stringMatching(/^[A-Za-z0-9._~-]{1,64}$/).filter((text) => ID_PATTERN.test(text));
const fewIds = fc.stringMatching(/^[ab.-]{1,4}$/).filter((text) => ID_PATTERN.test(text));

const managedQueueName = (merchantId: string, subscriptionId: string, fifo: boolean, prefix = 'postrider-') =>
  nameUnder(prefix, { merchantId, subscriptionId }, fifo);

describe('managedQueueName', () => {
  it('begins with the prefix of its environment, which leaves room for the rest', () => {
    expect(managedQueueName('acme', 'main', true, 'postrider-dev-')).toBe('postrider-dev-acme-main.fifo');
    const longest = managedQueueName('a'.repeat(64), 'b'.repeat(64), true, 'p'.repeat(40));
    expect(longest).toMatch(/^p{40}a{22}-[0-9a-f]{12}\.fifo$/);
    expect(() => managedQueueName('a', 'b', true, '')).toThrow(/prefix/);
    expect(() => managedQueueName('a', 'b', true, 'p'.repeat(41))).toThrow(/prefix/);
  });

  it('is readable where the ids allow it', () => {
    expect(managedQueueName('acme', 'main', true)).toBe('postrider-acme-main.fifo');
    expect(managedQueueName('acme', 'orders-eu', false)).toBe('postrider-acme-orders-eu');
  });

  it('ends in a digest where it was cut, replaced or would be ambiguous', () => {
    expect(managedQueueName('acme.eu', 'main', true)).toMatch(/^postrider-acme-eu-main-[0-9a-f]{12}\.fifo$/);
    expect(managedQueueName('a'.repeat(64), 'b'.repeat(64), true)).toMatch(/^postrider-a{52}-[0-9a-f]{12}\.fifo$/);
    expect(managedQueueName('a-b', 'c', true)).not.toBe(managedQueueName('a', 'b-c', true));
    const forged = managedQueueName('a-b', 'c', false).slice('postrider-a-'.length);
    expect(managedQueueName('a', forged, false)).not.toBe(managedQueueName('a-b', 'c', false));
  });

  it('is always a name that SQS takes', () => {
    fc.assert(
      fc.property(id, id, fc.boolean(), (merchant, subscription, fifo) => {
        const name = managedQueueName(merchant, subscription, fifo);
        expect(name.length).toBeLessThanOrEqual(80);
        expect(name).toMatch(fifo ? /^[A-Za-z0-9_-]+\.fifo$/ : /^[A-Za-z0-9_-]+$/);
        expect(managedQueueName(merchant, subscription, fifo)).toBe(name);
      }),
    );
  });

  it('never gives two subscriptions one queue', () => {
    fc.assert(
      fc.property(fewIds, fewIds, fewIds, fewIds, (merchant, subscription, otherMerchant, otherSubscription) => {
        fc.pre(merchant !== otherMerchant || subscription !== otherSubscription);
        expect(managedQueueName(merchant, subscription, true)).not.toBe(
          managedQueueName(otherMerchant, otherSubscription, true),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
