import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { drain, faultsOf, type QueuedEvent } from './queue.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder();
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;
let queueUrl: string;

beforeAll(async () => {
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  home = startHomeProcess(join(folder.path, 'data'), ['--no-demo'], env);
  ready = await home.ready;
  call = operatorOf(ready);
  queueUrl = await register(call);
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  folder.remove();
});

/** A queue of somebody else that refuses until it is told to take. */
async function outsideQueue(): Promise<{ server: Server; url: string; taken: QueuedEvent[]; open: () => void }> {
  const taken: QueuedEvent[] = [];
  let isOpen = false;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const type = { 'content-type': 'application/x-amz-json-1.0' };
      if (!isOpen) {
        response.writeHead(403, type).end('{"__type":"com.amazonaws.sqs#AccessDeniedException","message":"no"}');
        return;
      }
      const { Entries } = JSON.parse(text) as { Entries: { Id: string; MessageBody: string }[] };
      taken.push(...Entries.map(({ MessageBody }): QueuedEvent => JSON.parse(MessageBody)));
      // The SDK compares the digest of each body.
      const Successful = Entries.map(({ Id, MessageBody }) => ({
        Id,
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      }));
      response.writeHead(200, type).end(JSON.stringify({ Successful, Failed: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const open = () => {
    isOpen = true;
  };
  return { server, url: `http://127.0.0.1:${port}/000000000000/theirs.fifo`, taken, open };
}

describe('a queue that refuses', () => {
  it('delays only its own subscription, and loses and reorders nothing', async () => {
    const outside = await outsideQueue();
    await call('PUT', '/merchants/acme/subscriptions/theirs', {
      queue: { url: outside.url, fifo: true },
      types: ['payment.*'],
      mode: 'both',
    });
    for (const id of ['r1', 'r2', 'r3']) {
      await post(ready, debit(id, 'PENDING'));
      await post(ready, debit(id, 'OK'));
    }
    await expect.poll(async () => (await call('GET', '/status')).body.parked, { timeout: 10_000 }).toBe(3);
    const client = sqsClientOf(ready);
    const own = await drain(client, queueUrl);
    client.destroy();
    expect(own).toHaveLength(6);
    await post(ready, debit('r1', 'OK', { purchaseId: 'late' }));
    outside.open();
    await untilQuiet(call);
    expect(faultsOf(outside.taken)).toEqual([]);
    expect(outside.taken).toHaveLength(7);
    expect(new Set(outside.taken.map(({ id }) => id)).size).toBe(7);
    await call('DELETE', '/merchants/acme/subscriptions/theirs');
    outside.server.closeAllConnections();
    outside.server.close();
  });

  it('a managed queue that was deleted parks; made again, it gets everything in order at once', async () => {
    const client = sqsClientOf(ready);
    await drain(client, queueUrl);
    await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    await post(ready, debit('gone', 'PENDING'));
    await post(ready, debit('gone', 'OK'));
    await expect.poll(async () => (await call('GET', '/status')).body.parked).toBe(1);
    const main = { queue: { managed: true, fifo: true }, types: ['payment.*'], mode: 'both' };
    await call('PUT', '/merchants/acme/subscriptions/main', main);
    expect((await call('POST', '/parked/acme/main/redrive')).body).toEqual({ released: 1 });
    await untilQuiet(call);
    const events = await drain(client, queueUrl);
    client.destroy();
    expect(events.map(({ type }) => type)).toEqual(['payment.debit.pending', 'payment.debit.finished']);
  });
});

describe('commands', () => {
  const run = (script: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(ROOT, script), ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] },
    });

  it.each(['02-debit-finished', '05-preauthorize-xml', '44-md5-body-hash', '45-query-string'])(
    'send signs %s anew and it is taken',
    async (name) => {
      const url = `${ready.base}/callbacks/acme-cc-1?x=a%20b`;
      const { stdout } = await run('cli/send.ts', `events/ixopay/${name}`, '--url', url);
      expect(stdout).toMatch(/^200 OK$/m);
    },
  );

  it('send with a wrong secret shows the refusal and fails', async () => {
    const url = `${ready.base}/callbacks/acme-cc-1`;
    const failed = run('cli/send.ts', 'events/ixopay/02-debit-finished', '--url', url, '--secret', 'wrong');
    await expect(failed).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/^401 /m) });
  });

  it('redrive applies and sends all again, which makes nothing twice', async () => {
    await untilQuiet(call);
    const client = sqsClientOf(ready);
    await drain(client, queueUrl);
    const args = ['--from', '2020-01-01', '--url', ready.base, '--token-file', ready.tokenFile];
    // The queue of the test above was made anew and has forgotten what it had: the first redrive brings it back.
    await run('cli/redrive.ts', ...args);
    await untilQuiet(call);
    expect((await drain(client, queueUrl)).length).toBeGreaterThan(0);
    const { stdout } = await run('cli/redrive.ts', ...args);
    const stored = (await call('GET', '/callbacks?limit=500')).body.items.length;
    expect(stdout).toContain(`${stored} callbacks applied again (0 failed)`);
    await untilQuiet(call);
    expect(await drain(client, queueUrl)).toEqual([]);
    client.destroy();
    expect((await call('GET', '/audit')).body.items[0]).toMatchObject({ what: 'redrive', who: 'operator' });
    const wrong = run('cli/redrive.ts', '--from', 'yesterday', '--url', ready.base, '--token-file', ready.tokenFile);
    await expect(wrong).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('/from') });
  });
});
