import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { debit, post } from './callbacks.ts';
import {
  type HomeProcess,
  type Operator,
  operatorOf,
  type ReadyLine,
  register,
  sqsClientOf,
  startHomeProcess,
  temporaryFolder,
  untilQuiet,
} from './home-process.ts';
import { drain, faultsOf } from './queue.ts';

const folder = temporaryFolder();
const RANGE = { from: '2020-01-01', to: '2100-01-01' };
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;

beforeAll(async () => {
  home = startHomeProcess(join(folder.path, 'data'));
  ready = await home.ready;
  call = operatorOf(ready);
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  folder.remove();
});

it('a backfill brings everything again at once, and to a new subscription what was before it', async () => {
  const main = await register(call);
  for (const id of ['b1', 'b2', 'b3']) {
    await post(ready, debit(id, 'PENDING'));
    await post(ready, debit(id, 'OK'));
  }
  await untilQuiet(call);
  const client = sqsClientOf(ready);
  const before = await drain(client, main);
  expect(before).toHaveLength(6);

  // The queue still knows these ids: without ids of its own the backfill would be dropped.
  const answer = await call('POST', '/merchants/acme/subscriptions/main/backfill', RANGE);
  expect(answer).toMatchObject({ status: 200, body: { events: 6, subjects: 3, heldUpBy: null, cursor: null } });
  const again = await drain(client, main);
  const byId = (events: typeof before) => events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  expect(byId(again)).toEqual(byId(before));
  expect(faultsOf(again)).toEqual([]);

  const late = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
  const { body } = await call('PUT', '/merchants/acme/subscriptions/late', late);
  await call('POST', '/merchants/acme/subscriptions/late/backfill', RANGE);
  await post(ready, debit('b1', 'OK', { purchaseId: 'later' }));
  await untilQuiet(call);
  const all = await drain(client, body.queueUrl);
  // previoussequence counts inside one entry of the filter history, and the late one begins after what was backfilled.
  expect(faultsOf(all)).toEqual(['acme-cc-1:transaction:b1:3 follows 0000000002 but names 0000000000']);
  expect(all).toHaveLength(7);
  expect(body.queue).toMatchObject({ arn: 'arn:aws:sqs:us-east-1:000000000000:postrider-acme-late.fifo', readers: [] });
  client.destroy();
});
