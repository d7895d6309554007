import { describe, expect, it } from 'vitest';
import { createAwsQueueDirectory } from '#shared/delivery/aws-queue-directory.ts';
import { createFakeSqs } from '#shared/delivery/sqs-fixture.ts';
import { createMemoryStores, type StoreHooks } from '../memory-stores/memory-stores.ts';
import { createAdminFixture } from './admin-fixture.ts';

const ACCOUNT = '111111111111';
const APPROVED = '222222222222';
const SHOP = `arn:aws:iam::${APPROVED}:root`;
const ROLE = 'arn:aws:iam::333333333333:role/consumer';
const MAIN = '/merchants/acme/subscriptions/main';
const NAME = 'postrider-dev-acme-main.fifo';

async function onAws(hooks?: StoreHooks) {
  const sqs = createFakeSqs(ACCOUNT, 'eu-central-1');
  const queues = createAwsQueueDirectory({
    client: sqs.client,
    prefix: 'postrider-dev-',
    account: ACCOUNT,
    region: 'eu-central-1',
    approvedAccounts: [APPROVED],
  });
  const fixture = createAdminFixture({ ...createMemoryStores(hooks), queues });
  for (const id of ['acme', 'beta', 'a']) await fixture.call('PUT', `/merchants/${id}`, { json: {} });
  const put = (queue: object, path = MAIN, headers = {}) =>
    fixture.call('PUT', path, { json: { queue, types: ['payment.*'] }, headers });
  const readers = () => {
    const policy = sqs.queues.get(NAME)?.['Policy'];
    return policy === undefined ? [] : JSON.parse(policy).Statement[0].Principal.AWS;
  };
  return { ...fixture, sqs, put, readers };
}

describe('subscriptions on AWS', () => {
  it('show ARN and readers of a managed queue; readers left out stay, an empty list takes them away', async () => {
    const { put, call, readers } = await onAws();
    const created = await put({ managed: true, readers: [ROLE, SHOP, ROLE] });
    expect(created).toMatchObject({
      status: 201,
      json: {
        queueUrl: `https://sqs.eu-central-1.amazonaws.com/${ACCOUNT}/${NAME}`,
        queue: { arn: `arn:aws:sqs:eu-central-1:${ACCOUNT}:${NAME}`, fifo: true, managed: true, readers: [SHOP, ROLE] },
      },
    });
    expect(readers()).toEqual([SHOP, ROLE]);
    expect(await put({ managed: true })).toMatchObject({
      status: 200,
      json: { version: 1, queue: { readers: [SHOP, ROLE] } },
    });
    expect(await put({ managed: true, readers: [ROLE] })).toMatchObject({ json: { version: 2 } });
    expect(readers()).toEqual([ROLE]);
    expect((await call('GET', '/audit?limit=1')).json).toMatchObject({ items: [{ changes: [{ field: 'readers' }] }] });
    expect(await put({ managed: true, readers: [] })).toMatchObject({ json: { queue: { readers: [] } } });
    expect(readers()).toEqual([]);
  });

  it('what the policy lost is set again by the same PUT', async () => {
    const { put, sqs, readers } = await onAws();
    await put({ managed: true, readers: [SHOP] });
    sqs.queues.delete(NAME);
    expect(await put({ managed: true, readers: [SHOP] })).toMatchObject({ status: 200, json: { version: 1 } });
    expect(readers()).toEqual([SHOP]);
  });

  it('two writers at the same moment leave policy and row in step', async () => {
    const held: (() => void)[] = [];
    let isHolding = false;
    const { put, readers, call } = await onAws({
      before: (operation) =>
        operation === 'registry.putSubscription' && isHolding
          ? new Promise<void>((resolve) => held.push(resolve))
          : undefined,
    });
    const comes = async (count: number) => {
      while (held.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    await put({ managed: true });
    isHolding = true;
    const stands = put({ managed: true, readers: [SHOP] });
    await comes(1);
    // Sets its readers last, and then finds that its row may not be written.
    const loses = put({ managed: true, readers: [ROLE] }, MAIN, { 'if-match': '"1"' });
    await comes(2);
    expect(readers()).toEqual([ROLE]);
    held[0]?.();
    expect((await stands).status).toBe(200);
    held[1]?.();
    expect((await loses).status).toBe(412);
    expect(readers()).toEqual([SHOP]);
    expect((await call('GET', MAIN)).json).toMatchObject({ queue: { readers: [SHOP] } });
  });

  it('name queues of approved accounts, with a role whose ExternalId is the merchant', async () => {
    const { put, deps } = await onAws();
    const url = `https://sqs.eu-west-1.amazonaws.com/${APPROVED}/orders.fifo`;
    const roleArn = `arn:aws:iam::${APPROVED}:role/postrider-send`;
    const arn = `arn:aws:sqs:eu-west-1:${APPROVED}:orders.fifo`;
    const answer = await put({ url, roleArn });
    expect(answer).toMatchObject({ status: 201, json: { queue: { url, arn, roleArn, fifo: true, managed: false } } });
    expect(answer.json).not.toHaveProperty('queue.readers');
    const row = await deps.registry.subscription('acme', 'main');
    expect(row?.queue).toEqual({ url, arn, roleArn, externalId: 'acme', fifo: true, managed: false });
    expect(await put({ url })).toMatchObject({ json: { version: 2 } });
  });

  it.each([
    [{ url: `https://sqs.eu-central-1.amazonaws.com/${ACCOUNT}/postrider-dev-beta-main.fifo` }, '/queue/url'],
    [{ url: `https://sqs.eu-central-1.amazonaws.com/333333333333/q` }, '/queue/url'],
    [{ url: 'http://127.0.0.1:8788/000000000000/q' }, '/queue/url'],
    [{ url: `https://sqs.eu-central-1.amazonaws.com/${APPROVED}/q`, fifo: true }, '/queue/fifo'],
    [{ url: `https://sqs.eu-central-1.amazonaws.com/${APPROVED}/q.fifo`, fifo: false }, '/queue/fifo'],
    [{ url: `https://sqs.eu-central-1.amazonaws.com/${APPROVED}/q`, roleArn: ROLE }, '/queue/roleArn'],
    [{ managed: true, roleArn: ROLE }, '/queue/roleArn'],
    [{ url: `https://sqs.eu-central-1.amazonaws.com/${APPROVED}/q`, readers: [SHOP] }, '/queue/readers'],
    [{ managed: true, readers: [SHOP, 'arn:aws:iam::1:root'] }, '/queue/readers/1'],
    [{}, '/queue'],
  ])('refuse %j at %s and make nothing', async (queue, field) => {
    const { put, sqs, deps } = await onAws();
    expect(await put(queue)).toMatchObject({ status: 422, json: { code: 'invalid', errors: [{ field }] } });
    expect(sqs.commands).toEqual([]);
    expect(await deps.registry.subscription('acme', 'main')).toBeUndefined();
  });

  it('a queue deleted a moment ago is a conflict, and nothing is written', async () => {
    const { put, sqs, deps } = await onAws();
    sqs.failNext('CreateQueueCommand', 'QueueDeletedRecently');
    expect(await put({ managed: true })).toMatchObject({ status: 409, json: { code: 'queue_conflict' } });
    sqs.failNext('CreateQueueCommand', 'InvalidAttributeValue');
    expect(await put({ managed: true, readers: [SHOP] })).toMatchObject({
      status: 422,
      json: { errors: [{ field: '/queue/readers' }] },
    });
    expect(await deps.registry.subscription('acme', 'main')).toBeUndefined();
    expect(await put({ managed: true })).toMatchObject({ status: 201 });
  });
});
