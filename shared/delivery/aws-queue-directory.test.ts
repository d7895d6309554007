import { beforeEach, describe, expect, it } from 'vitest';
import { createAwsQueueDirectory } from './aws-queue-directory.ts';
import { createFakeSqs, type FakeSqs } from './sqs-fixture.ts';

const ACCOUNT = '111111111111';
const REGION = 'eu-central-1';
const OWNER = { merchantId: 'acme', subscriptionId: 'main' };
const NAME = 'postrider-dev-acme-main.fifo';
const ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:${NAME}`;
const URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${NAME}`;
const TARGET = { url: URL, arn: ARN, fifo: true, managed: true };
const SHOP = 'arn:aws:iam::222222222222:root';
const ROLE = 'arn:aws:iam::333333333333:role/orders/consumer';

const managed = (readers: readonly string[] = [], fifo = true) => ({ managed: true, fifo, readers }) as const;

function policyOf(...readers: string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Readers',
        Effect: 'Allow',
        Principal: { AWS: readers },
        Action: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
        ],
        Resource: ARN,
      },
    ],
  };
}

describe('managed queues on AWS', () => {
  let sqs: FakeSqs;
  const directory = () =>
    createAwsQueueDirectory({
      client: sqs.client,
      prefix: 'postrider-dev-',
      account: ACCOUNT,
      region: REGION,
      approvedAccounts: [],
    });
  const provide = (readers: readonly string[] = [], fifo = true) => directory().provide(managed(readers, fifo), OWNER);
  const policy = () => JSON.parse(sqs.queues.get(NAME)?.['Policy'] ?? 'null');
  beforeEach(() => {
    sqs = createFakeSqs(ACCOUNT, REGION);
  });

  it('are FIFO by subject, encrypted, and keep events for fourteen days', async () => {
    expect(await provide()).toEqual({ ok: true, target: TARGET });
    expect(sqs.commands).toEqual([
      { name: 'GetQueueUrlCommand', input: { QueueName: NAME } },
      {
        name: 'CreateQueueCommand',
        input: {
          QueueName: NAME,
          Attributes: {
            FifoQueue: 'true',
            DeduplicationScope: 'messageGroup',
            FifoThroughputLimit: 'perMessageGroupId',
            SqsManagedSseEnabled: 'true',
            MessageRetentionPeriod: '1209600',
          },
        },
      },
    ]);
  });

  it('standard ones have no FIFO attributes', async () => {
    const name = NAME.replace('.fifo', '');
    expect(await provide([], false)).toMatchObject({ target: { url: URL.replace('.fifo', ''), fifo: false } });
    expect(sqs.queues.get(name)).toEqual({ SqsManagedSseEnabled: 'true', MessageRetentionPeriod: '1209600' });
  });

  it('made again change nothing', async () => {
    await provide([SHOP, ROLE]);
    sqs.calls();
    expect(await provide([SHOP, ROLE])).toEqual({ ok: true, target: TARGET });
    expect(sqs.calls()).toEqual(['GetQueueUrl', 'GetQueueAttributes']);
    const given = policyOf(ROLE, SHOP);
    const reordered = {
      Statement: given.Statement.map(({ Action, ...rest }) => ({ Action: Action.toReversed(), ...rest })),
    };
    sqs.queues.set(NAME, { ...sqs.queues.get(NAME), Policy: JSON.stringify({ ...reordered, Version: given.Version }) });
    await provide([SHOP, ROLE]);
    expect(sqs.calls()).toEqual(['GetQueueUrl', 'GetQueueAttributes']);
  });

  it('are consumed by exactly their readers: added, replaced, and taken away', async () => {
    await provide([SHOP]);
    expect(policy()).toEqual(policyOf(SHOP));
    await provide([ROLE, SHOP]);
    expect(policy()).toEqual(policyOf(ROLE, SHOP));
    await provide([ROLE]);
    expect(policy()).toEqual(policyOf(ROLE));
    await provide();
    expect(policy()).toBeNull();
    // What somebody added by hand goes: readers are in the policy exactly.
    sqs.queues.set(NAME, { ...sqs.queues.get(NAME), Policy: JSON.stringify(policyOf('*')) });
    await provide([SHOP]);
    expect(policy()).toEqual(policyOf(SHOP));
  });

  it('found with other attributes are not used, and the answer says what to do', async () => {
    await provide();
    sqs.queues.set(NAME, { ...sqs.queues.get(NAME), DeduplicationScope: 'queue', SqsManagedSseEnabled: 'false' });
    sqs.calls();
    const conflict = await provide([SHOP]);
    expect(conflict).toMatchObject({ ok: false, code: 'queue_conflict' });
    expect(conflict).toHaveProperty('message', expect.stringContaining('DeduplicationScope is "queue"'));
    expect(conflict).toHaveProperty(
      'message',
      expect.stringContaining('--attributes DeduplicationScope=messageGroup,SqsManagedSseEnabled=true'),
    );
    expect(sqs.calls()).toEqual(['GetQueueUrl', 'GetQueueAttributes']);
  });

  it('deleted less than a minute ago are a clear refusal', async () => {
    sqs.failNext('CreateQueueCommand', 'QueueDeletedRecently');
    expect(await provide()).toMatchObject({ code: 'queue_conflict', message: expect.stringContaining('60 seconds') });
    // SQS still gives the URL of a queue that has just gone.
    await provide();
    sqs.failNext('GetQueueAttributesCommand', 'QueueDoesNotExist');
    sqs.failNext('CreateQueueCommand', 'QueueDeletedRecently');
    expect(await provide()).toMatchObject({ code: 'queue_conflict', message: expect.stringContaining(NAME) });
  });

  it('made by another request at the same moment are looked at again, once', async () => {
    await provide();
    sqs.calls();
    sqs.failNext('GetQueueUrlCommand', 'QueueDoesNotExist');
    sqs.failNext('CreateQueueCommand', 'QueueNameExists');
    expect(await provide([SHOP])).toEqual({ ok: true, target: TARGET });
    expect(policy()).toEqual(policyOf(SHOP));
    sqs.calls();
    for (let i = 0; i < 2; i++) {
      sqs.failNext('GetQueueUrlCommand', 'QueueDoesNotExist');
      sqs.failNext('CreateQueueCommand', 'QueueNameExists');
    }
    expect(await provide([SHOP])).toMatchObject({ code: 'queue_conflict' });
    expect(sqs.calls()).toEqual(['GetQueueUrl', 'CreateQueue', 'GetQueueUrl', 'CreateQueue']);
  });

  it('a reader that does not exist is told by field, and other trouble is thrown', async () => {
    sqs.failNext('CreateQueueCommand', 'InvalidAttributeValue');
    expect(await provide([SHOP])).toEqual({
      ok: false,
      code: 'invalid',
      problems: [{ field: '/queue/readers', value: SHOP, message: expect.stringContaining('exist') }],
    });
    sqs.failNext('GetQueueUrlCommand', 'AccessDenied');
    await expect(provide()).rejects.toThrow('AccessDenied');
    expect(sqs.queues.size).toBe(0);
  });

  it.each([
    '222222222222',
    '*',
    'arn:aws:iam::222222222222:user/bob',
    'arn:aws:iam::222222222222:role/*',
    'arn:aws:iam::22222222222:root',
    'arn:aws-cn:iam::222222222222:root',
    'arn:aws:sts::222222222222:assumed-role/a/b',
    'arn:aws:iam::222222222222:root"]},"Effect":"Allow"',
  ])('reader %s is refused', (reader) => {
    expect(directory().check(managed([SHOP, reader]), OWNER)).toMatchObject([
      { field: '/queue/readers/1', value: reader },
    ]);
  });

  it('have at most as many readers as SQS takes principals', () => {
    const many = Array.from({ length: 51 }, (_, i) => `arn:aws:iam::${String(i).padStart(12, '0')}:root`);
    expect(directory().check(managed(many.slice(0, 50)), OWNER)).toEqual([]);
    expect(directory().check(managed(many), OWNER)).toMatchObject([{ field: '/queue/readers', value: 51 }]);
  });

  it('queues of other accounts make no call', async () => {
    const named = { managed: false, url: URL, fifo: true } as const;
    expect(directory().check(named, OWNER)).toEqual([]);
    expect(await directory().provide(named, OWNER)).toEqual({ ok: true, target: { ...TARGET, managed: false } });
    expect(sqs.commands).toEqual([]);
  });
});
