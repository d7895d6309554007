import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAwsQueueDirectory } from '#shared/delivery/aws-queue-directory.ts';
import { openEmbeddedQueue } from './embedded-queue.ts';
import type { QueueUnderTest } from './queue-contract.ts';

let queue: QueueUnderTest;
beforeAll(async () => {
  queue = await openEmbeddedQueue();
});
afterAll(() => queue.close());

it("managed queues are made and kept in step with the SDK's own requests, on an engine that checks them", async () => {
  const options = { prefix: 'postrider-dev-', account: '000000000000', region: 'eu-west-1', approvedAccounts: [] };
  const directory = createAwsQueueDirectory({ client: queue.client, ...options });
  const owner = { merchantId: 'acme', subscriptionId: 'main' };
  const provide = (fifo: boolean, ...readers: string[]) => directory.provide({ managed: true, fifo, readers }, owner);
  const attributesOf = async (url: string) => {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    return (await queue.client.send(command)).Attributes ?? {};
  };
  const shop = 'arn:aws:iam::222222222222:root';
  for (const fifo of [true, false]) {
    const made = await provide(fifo, shop);
    if (!made.ok) throw new Error(JSON.stringify(made));
    const { url } = made.target;
    expect(await attributesOf(url)).toMatchObject({
      SqsManagedSseEnabled: 'true',
      MessageRetentionPeriod: '1209600',
      Policy: expect.stringContaining(shop),
      ...(fifo ? { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' } : {}),
    });
    expect(await provide(fifo, shop)).toEqual(made);
    expect(await provide(fifo)).toEqual(made);
    expect(await attributesOf(url)).not.toHaveProperty('Policy');
  }
});
