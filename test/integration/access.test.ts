import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debit, post } from './callbacks.ts';
import {
  type HomeProcess,
  type Operator,
  operatorOf,
  type ReadyLine,
  register,
  SECRET,
  sqsClientOf,
  startHomeProcess,
  temporaryFolder,
  untilQuiet,
} from './home-process.ts';

const folder = temporaryFolder();
let home: HomeProcess;
let ready: ReadyLine;
let operator: Operator;
let queueUrl: string;

beforeAll(async () => {
  home = startHomeProcess(join(folder.path, 'data'));
  ready = await home.ready;
  operator = operatorOf(ready);
  queueUrl = await register(operator);
  await operator('PUT', '/merchants/other', {});
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  folder.remove();
});

async function merchant(token: string, path: string, method = 'GET') {
  const response = await fetch(`${ready.api}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  return { status: response.status, text, retryAfter: response.headers.get('retry-after') };
}

describe('a merchant in the embedded home', () => {
  it('sees its own payment by its token, and nothing once it is revoked', async () => {
    await post(ready, debit('pay-1', 'OK'));
    await untilQuiet(operator);
    const own = await operator('POST', '/merchants/acme/tokens', { name: 'shop' });
    const others = await operator('POST', '/merchants/other/tokens', {});
    expect(await merchant(own.body.token, '/transactions/acme-cc-1/pay-1')).toMatchObject({ status: 200 });
    expect((await merchant(own.body.token, '/transactions')).text).toContain('pay-1');
    expect(await merchant(others.body.token, '/transactions/acme-cc-1/pay-1')).toMatchObject({ status: 404 });
    expect((await merchant(others.body.token, '/transactions')).text).not.toContain('pay-1');
    expect(await merchant(own.body.token, '/callbacks')).toMatchObject({ status: 404 });
    await operator('DELETE', `/merchants/acme/tokens/${own.body.tokenId}`);
    expect(await merchant(own.body.token, '/transactions')).toMatchObject({ status: 401 });
  });

  it('may try its queue, and a consumer finds the event there', async () => {
    const { body } = await operator('POST', '/merchants/acme/tokens', { name: 'shop' });
    const test = await merchant(body.token, '/merchants/acme/subscriptions/main/test', 'POST');
    expect(JSON.parse(test.text)).toMatchObject({ taken: true });
    const { eventId } = JSON.parse(test.text) as { eventId: string };
    const client = sqsClientOf(ready);
    const queue = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(queue));
    client.destroy();
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? '{}').id)).toContain(eventId);
  });

  it('asks no more than its quota allows', async () => {
    await operator('PUT', '/merchants/other', { quotas: { requestsPerSecond: 1 } });
    const { body } = await operator('POST', '/merchants/other/tokens', {});
    const answers = await Promise.all(Array.from({ length: 20 }, () => merchant(body.token, '/transactions')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(Number(refused[0]?.retryAfter)).toBeGreaterThanOrEqual(1);
    expect((await operator('GET', '/status')).status).toBe(200);
  });

  it('no token and no secret lies in what the process says or keeps', async () => {
    const { body } = await operator('POST', '/merchants/acme/tokens', { name: 'planted' });
    const secret = String(body.token).split('/').at(-1) ?? '';
    const said = [home.stdout(), home.stderr(), JSON.stringify((await operator('GET', '/audit')).body)];
    const kept = ['ledger.db', 'ledger.db-wal'].map((name) => readFileSync(join(ready.dataFolder, name), 'latin1'));
    for (const text of [...said, ...kept]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(SECRET);
    }
    // The scan sees what is there: the token's name is.
    expect(kept.join()).toContain('planted');
  });
});
