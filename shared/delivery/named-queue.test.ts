import { describe, expect, it } from 'vitest';
import { managedQueueName } from '#shared/registry/managed-queue-name.ts';
import type { NamedQueue } from '#shared/registry/queue-choice.ts';
import { readAwsQueueUrl } from './aws-queue-url.ts';
import { checkNamedQueue, namedTarget } from './named-queue.ts';

const OWN = '111111111111';
const APPROVED = '222222222222';
const OWNER = { merchantId: 'acme', subscriptionId: 'main' };
const PREFIX = 'postrider-dev-';

function problemsOf(url: string, change: Partial<NamedQueue> = {}, owner = OWNER) {
  const choice = { managed: false, url, fifo: url.endsWith('.fifo'), ...change } as const;
  const managedName = managedQueueName(PREFIX, owner, choice.fifo);
  const rules = { account: OWN, region: 'eu-central-1', approvedAccounts: [APPROVED], managedName };
  return checkNamedQueue(choice, owner, rules);
}

const urlOf = (account: string, name: string, region = 'eu-central-1') =>
  `https://sqs.${region}.amazonaws.com/${account}/${name}`;

describe('queue URLs of AWS', () => {
  it.each([
    [urlOf(APPROVED, 'q.fifo'), 'arn:aws:sqs:eu-central-1:222222222222:q.fifo'],
    [urlOf(APPROVED, 'orders_1', 'us-gov-west-1'), 'arn:aws-us-gov:sqs:us-gov-west-1:222222222222:orders_1'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/222222222222/q', 'arn:aws-cn:sqs:cn-north-1:222222222222:q'],
  ])('%s', (url, arn) => {
    expect(readAwsQueueUrl(url)).toMatchObject({ arn, fifo: url.endsWith('.fifo') });
  });

  it.each([
    'http://sqs.eu-central-1.amazonaws.com/222222222222/q',
    'https://sqs.eu-central-1.amazonaws.com:443/222222222222/q',
    'https://sqs.eu-central-1.amazonaws.com/222222222222/q/',
    'https://sqs.eu-central-1.amazonaws.com/222222222222/q?x=1',
    'https://sqs.eu-central-1.amazonaws.com/222222222222/q#x',
    'https://key:secret@sqs.eu-central-1.amazonaws.com/222222222222/q',
    'https://sqs.eu-central-1.amazonaws.com.evil.example/222222222222/q',
    'https://sqs.eu-central-1.amazonaws.com/22222222222/q',
    'https://sqs.eu-central-1.amazonaws.com/222222222222/q.fifo.fifo',
    'https://sqs.eu-central-1.amazonaws.com/222222222222/q%2e',
    'https://sqs.eu-central-1.amazonaws.com.cn/222222222222/q',
    'https://sqs.cn-north-1.amazonaws.com/222222222222/q',
    'https://eu-central-1.queue.amazonaws.com/222222222222/q',
    'https://sqs.amazonaws.com/222222222222/q',
    'https://sqs.EU-CENTRAL-1.amazonaws.com/222222222222/q',
    `https://sqs.eu-central-1.amazonaws.com/222222222222/${'q'.repeat(81)}`,
    `https://sqs.eu-central-1.amazonaws.com/222222222222/${'q'.repeat(76)}.fifo`,
    'https://sqs.eu-central-1.amazonaws.com/222222222222/q\n',
    'http://127.0.0.1:8788/000000000000/q',
  ])('no other text: %j', (url) => {
    expect(readAwsQueueUrl(url)).toBeUndefined();
    expect(problemsOf(url)).toMatchObject([
      { field: '/queue/url', value: url, message: expect.stringContaining('https://sqs.') },
    ]);
  });
});

describe('queues that a merchant names', () => {
  it('of approved accounts are taken, and no other', () => {
    expect(problemsOf(urlOf(APPROVED, 'q.fifo'))).toEqual([]);
    expect(problemsOf(urlOf(APPROVED, 'q', 'us-east-1'))).toEqual([]);
    expect(problemsOf(urlOf('333333333333', 'q'))).toMatchObject([
      { field: '/queue/url', message: expect.stringContaining(APPROVED) },
    ]);
    expect(problemsOf('https://sqs.cn-north-1.amazonaws.com.cn/222222222222/q')).toMatchObject([
      { field: '/queue/url', message: expect.stringContaining('partition aws') },
    ]);
  });

  it('of our own account are taken only if they are of this subscription (confused deputy)', () => {
    const name = managedQueueName(PREFIX, OWNER, true);
    expect(problemsOf(urlOf(OWN, name))).toEqual([]);
    for (const other of ['beta', 'acme-2']) {
      expect(problemsOf(urlOf(OWN, name), {}, { ...OWNER, merchantId: other })).toMatchObject([
        { field: '/queue/url' },
      ]);
    }
    expect(problemsOf(urlOf(OWN, name), {}, { ...OWNER, subscriptionId: 'second' })).toHaveLength(1);
    expect(problemsOf(urlOf(OWN, name, 'us-east-1'))).toHaveLength(1);
    expect(problemsOf(urlOf(OWN, 'payroll'))).toHaveLength(1);
    expect(problemsOf(urlOf(OWN, name), { roleArn: `arn:aws:iam::${OWN}:role/admin` })).toMatchObject([
      { field: '/queue/roleArn' },
    ]);
  });

  it('are sent to with a role of their own account, never with one of another', () => {
    const url = urlOf(APPROVED, 'q.fifo');
    const withRole = (roleArn: string, owner = OWNER) => problemsOf(url, { roleArn }, owner);
    expect(withRole(`arn:aws:iam::${APPROVED}:role/postrider-send`)).toEqual([]);
    for (const roleArn of [
      `arn:aws:iam::${OWN}:role/postrider-send`,
      'arn:aws:iam::333333333333:role/postrider-send',
      `arn:aws-cn:iam::${APPROVED}:role/postrider-send`,
      `arn:aws:iam::${APPROVED}:user/send`,
      `arn:aws:iam::${APPROVED}:role/postrider-*`,
      `arn:aws:iam::${APPROVED}:role/admin`,
      `arn:aws:iam::${APPROVED}:role/path/postrider-send`,
      `arn:aws:sts::${APPROVED}:assumed-role/send/x`,
      'send',
    ]) {
      expect(withRole(roleArn)).toMatchObject([{ field: '/queue/roleArn', value: roleArn }]);
    }
    const odd = { merchantId: 'a~b', subscriptionId: 'main' };
    expect(withRole(`arn:aws:iam::${APPROVED}:role/postrider-send`, odd)).toMatchObject([
      { field: '/queue/roleArn', message: expect.stringContaining('ExternalId') },
    ]);
  });

  it('are stored with ARN, and with the merchant as ExternalId', () => {
    const url = urlOf(APPROVED, 'q.fifo');
    const arn = `arn:aws:sqs:eu-central-1:${APPROVED}:q.fifo`;
    expect(namedTarget({ managed: false, url, fifo: true }, OWNER)).toEqual({ url, arn, fifo: true, managed: false });
    const roleArn = `arn:aws:iam::${APPROVED}:role/send`;
    expect(namedTarget({ managed: false, url, fifo: true, roleArn }, OWNER)).toEqual({
      ...{ url, arn, fifo: true, managed: false },
      ...{ roleArn, externalId: 'acme' },
    });
  });
});
