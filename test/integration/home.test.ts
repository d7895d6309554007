import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { drain, faultsOf } from './queue.ts';
import { rawHttp } from './raw-http.ts';

const folder = temporaryFolder();
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;
let queueUrl: string;

beforeAll(async () => {
  home = startHomeProcess(join(folder.path, 'data'));
  ready = await home.ready;
  call = operatorOf(ready);
  queueUrl = await register(call);
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  folder.remove();
});

describe('the ready line', () => {
  it('comes once, with exactly the keys of interfaces.md', () => {
    expect(Object.keys(ready)).toEqual(['base', 'api', 'sqsEndpoint', 'sqsAccessKeyId', 'dataFolder', 'tokenFile']);
    expect(home.stdout().match(/^ready /gm)).toHaveLength(1);
    expect(ready.api).toBe(`${ready.base}/api/v1`);
    expect(readFileSync(ready.tokenFile, 'utf8')).toMatch(/^\S{16,}\n$/);
  });

  it('what is secret is readable by the owner only', () => {
    for (const name of ['', 'operator.token', 'secrets.key', 'sqs.access-key-id', 'inbox.db', 'ledger.db']) {
      expect(statSync(join(ready.dataFolder, name)).mode & 0o077).toBe(0);
    }
  });
});

describe('from callback to queue', () => {
  it('signed callbacks become ordered events, a repeat makes none', async () => {
    await post(ready, debit('pay-1', 'PENDING'));
    await post(ready, debit('pay-1', 'OK'));
    const repeated = await post(ready, debit('pay-1', 'OK'));
    expect(repeated).toEqual({ status: 200, body: 'OK' });
    await untilQuiet(call);
    const client = sqsClientOf(ready);
    const events = await drain(client, queueUrl);
    client.destroy();
    expect(events.map(({ type }) => type)).toEqual(['payment.debit.pending', 'payment.debit.finished']);
    expect(faultsOf(events)).toEqual([]);
    expect((await call('GET', '/callbacks?connectorId=acme-cc-1')).body.items).toHaveLength(2);
  });

  it('a list is streamed whole', async () => {
    const token = readFileSync(ready.tokenFile, 'utf8').trim();
    const headers = { authorization: `Bearer ${token}`, accept: 'application/x-ndjson' };
    const response = await fetch(`${ready.api}/transactions?merchantId=acme`, { headers });
    expect(
      (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['pay-1']);
  });

  it("a merchant's report enters the inbox through the other thread", async () => {
    const result = {
      success: true,
      uuid: 'pay-2',
      purchaseId: 'p',
      returnType: 'PENDING',
      paymentMethod: 'Creditcard',
    };
    const { status } = await call('POST', '/transactions', { connectorId: 'acme-cc-1', result });
    expect(status).toBeLessThan(300);
    await untilQuiet(call);
    const found = await call('GET', '/transactions/acme-cc-1/pay-2');
    expect(found.body).toMatchObject({ status: 'PENDING', proven: false });
  });
});

describe('codes on a callback URL', () => {
  const codes: [string, () => Promise<number>, number][] = [
    ['unknown connector', async () => (await post(ready, debit('x'), { path: '/callbacks/nobody' })).status, 404],
    ['invalid id', async () => (await post(ready, debit('x'), { path: '/callbacks/a%20b' })).status, 404],
    ['invalid path encoding', async () => (await post(ready, debit('x'), { path: '/callbacks/%zz' })).status, 404],
    ['second segment', async () => (await post(ready, debit('x'), { path: '/callbacks/acme-cc-1/t' })).status, 404],
    ['bad signature', async () => (await post(ready, debit('x'), { secret: 'wrong' })).status, 401],
    ['another method', async () => (await fetch(`${ready.base}/callbacks/acme-cc-1`)).status, 405],
    ['over 1 MiB', async () => (await post(ready, Buffer.alloc(1_048_577))).status, 413],
    [
      'over 1 MiB, unknown',
      async () => (await post(ready, Buffer.alloc(1_048_577), { path: '/callbacks/n' })).status,
      413,
    ],
    ['trailing slash', async () => (await post(ready, debit('slash'), { path: '/callbacks/acme-cc-1/' })).status, 200],
    ['empty body', async () => (await post(ready, '')).status, 200],
    ['not UTF-8', async () => (await post(ready, Buffer.from([0xff, 0xfe]))).status, 200],
    ['deeply nested', async () => (await post(ready, '['.repeat(100_000))).status, 200],
    ['1 MiB of nothing', async () => (await post(ready, Buffer.alloc(1_048_576))).status, 200],
  ];
  it.each(codes)('%s', async (_name, act, code) => {
    expect(await act()).toBe(code);
  });

  it('a flood of headers is 431, a foreign Host or Origin 403 on both ports', async () => {
    const port = Number(new URL(ready.base).port);
    const sqsPort = Number(new URL(ready.sqsEndpoint).port);
    const flood = `POST /callbacks/acme-cc-1 HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-A: aaaaaaaaaaaaaaaa\r\n'.repeat(2_000)}\r\n`;
    expect(await rawHttp(port, flood)).toMatch(/^HTTP\/1.1 431/);
    for (const [at, path] of [
      [port, '/callbacks/acme-cc-1'],
      [port, '/api/v1/status'],
      [port, '/health'],
      [sqsPort, '/'],
    ] as const) {
      const end = 'Content-Length: 0\r\nConnection: close\r\n\r\n';
      expect(await rawHttp(at, `POST ${path} HTTP/1.1\r\nHost: evil.test\r\n${end}`)).toMatch(/^HTTP\/1.1 403/);
      const origin = `Host: 127.0.0.1:${at}\r\nOrigin: https://evil.test\r\n`;
      expect(await rawHttp(at, `POST ${path} HTTP/1.1\r\n${origin}${end}`)).toMatch(/^HTTP\/1.1 403/);
    }
  });

  it('what was refused is listed at once, and what could not be read is a notice', async () => {
    await untilQuiet(call);
    const refused = await call('GET', '/connectors/acme-cc-1/refused');
    expect(refused.body.counts).toMatchObject({ signature_mismatch: 1, method: 1, too_large: 1, unknown_connector: 1 });
    expect((await call('GET', '/refused')).body.items.map(({ path }: { path: string }) => path)).toContain(
      '/callbacks/nobody',
    );
    const notices = await call('GET', '/callbacks?outcome=unrecognized');
    expect(notices.body.items.length).toBeGreaterThanOrEqual(3);
  });
});

describe('changes of the registry', () => {
  it('are in force when the PUT has answered', async () => {
    const body = debit('pay-3');
    expect((await post(ready, body, { path: '/callbacks/acme-cc-2' })).status).toBe(404);
    await register(call, 'acme-cc-2').catch(() => undefined);
    expect((await post(ready, body, { path: '/callbacks/acme-cc-2' })).status).toBe(200);
    const secret = 'another-secret-0123456789';
    await call('PUT', '/connectors/acme-cc-2', {
      merchantId: 'acme',
      gateway: 'ixopay',
      name: 'Two',
      testMode: true,
      active: false,
      settings: { apiKey: 'acme-cc-2' },
      secrets: { sharedSecret: secret },
    });
    expect((await post(ready, debit('pay-4'), { path: '/callbacks/acme-cc-2', secret })).status).toBe(200);
    await call('DELETE', '/connectors/acme-cc-2');
    expect((await post(ready, debit('pay-5'), { path: '/callbacks/acme-cc-2', secret })).status).toBe(200);
  });
});

describe('a start that cannot be', () => {
  const failing: [string, () => [string, string[]], RegExp][] = [
    ['the folder is in use', () => [ready.dataFolder, []], /in use by another Postrider/],
    ['the port is in use', () => [join(folder.path, 'b'), ['--port', new URL(ready.base).port]], /in use; .*--port/],
    ['the folder is a file', () => [join(folder.path, 'file'), []], /not a folder/],
    [
      'the public URL is none',
      () => [join(folder.path, 'c'), ['--public-url', 'nonsense']],
      /--public-url is "nonsense"/,
    ],
    ['a flag is unknown', () => [join(folder.path, 'c'), ['--porrt', '1']], /--porrt/],
    ['the host is not ours', () => [join(folder.path, 'd'), ['--host', '192.0.2.1']], /192\.0\.2\.1/],
    ['a file is no database', () => [join(folder.path, 'broken'), []], /cannot open .*ledger\.db/],
    ['the key file is open to others', () => [join(folder.path, 'open'), []], /chmod 600/],
  ];
  it.each(failing)('%s: one sentence, exit code 1', async (_name, where, sentence) => {
    writeFileSync(join(folder.path, 'file'), '');
    mkdirSync(join(folder.path, 'open'), { recursive: true });
    writeFileSync(join(folder.path, 'open', 'secrets.key'), Buffer.alloc(32), { mode: 0o644 });
    mkdirSync(join(folder.path, 'broken'), { recursive: true });
    writeFileSync(join(folder.path, 'broken', 'ledger.db'), 'no database at all, '.repeat(10), { mode: 0o600 });
    const [data, args] = where();
    const second = startHomeProcess(data, ['--no-demo', ...args]);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.stderr().trim().split('\n')).toEqual([expect.stringMatching(sentence)]);
    expect(second.stdout()).not.toContain('ready');
  });

  it('--help says what there is and ends with 0', async () => {
    const asked = startHomeProcess(join(folder.path, 'e'), ['--help']);
    expect(await asked.exited).toEqual({ code: 0, signal: null });
    expect(asked.stdout()).toContain('--public-url');
  });
});

it('when the pump thread dies the process says so and ends with 1', async () => {
  const own = temporaryFolder();
  const plant = join(own.path, 'plant.mjs');
  writeFileSync(
    plant,
    `import { isMainThread, parentPort } from 'node:worker_threads';
     if (!isMainThread) parentPort.on('message', ({ kind }) => { if (kind === 'wake') throw new Error('planted'); });`,
  );
  const other = startHomeProcess(join(own.path, 'data'), ['--no-demo'], { NODE_OPTIONS: `--import ${plant}` });
  const at = await other.ready;
  await register(operatorOf(at));
  expect((await post(at, debit('kept'))).body).toBe('OK');
  expect(await other.exited).toEqual({ code: 1, signal: null });
  expect(other.stderr()).toMatch(/^postrider: the pump thread died, so the process ends; nothing acknowledged is lost/);
  const again = startHomeProcess(join(own.path, 'data'));
  const call2 = operatorOf(await again.ready);
  await untilQuiet(call2);
  expect((await call2('GET', '/transactions/acme-cc-1/kept')).body).toMatchObject({ status: 'FINISHED' });
  again.child.kill('SIGTERM');
  expect((await again.exited).code).toBe(0);
  own.remove();
});

describe('stopping', () => {
  it('SIGTERM twice, with a long poll, a half-sent request and idle connections open: gone with 0', async () => {
    const own = temporaryFolder();
    const other = startHomeProcess(own.path, ['--no-demo'], { POSTRIDER_OPERATOR_TOKEN: 'a-token-of-our-own' });
    const at = await other.ready;
    expect(readFileSync(at.tokenFile, 'utf8')).toBe('a-token-of-our-own\n');
    const queue = await register(operatorOf(at));
    expect((await post(at, debit('last'))).body).toBe('OK');
    const client = sqsClientOf(at);
    const { ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
    const poll = client
      .send(
        new ReceiveMessageCommand({ QueueUrl: `${queue}x`.slice(0, -1), WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }),
      )
      .catch(() => undefined);
    const half = rawHttp(Number(new URL(at.base).port), 'POST /callbacks/acme-cc-1 HTTP/1.1\r\nHost: localhost\r\n');
    await fetch(`${at.base}/health`);
    other.child.kill('SIGTERM');
    setTimeout(() => other.child.kill('SIGTERM'), 50);
    expect(await other.exited).toEqual({ code: 0, signal: null });
    await Promise.all([poll, half]);
    client.destroy();
    expect(other.stderr()).toBe('');

    const again = startHomeProcess(own.path);
    const call2 = operatorOf(await again.ready);
    await untilQuiet(call2);
    expect((await call2('GET', '/transactions/acme-cc-1/last')).body).toMatchObject({ status: 'FINISHED' });
    again.child.kill('SIGINT');
    expect(await again.exited).toEqual({ code: 0, signal: null });
    own.remove();
  });

  it('a signal while it starts ends it with 0', async () => {
    const own = temporaryFolder();
    const other = startHomeProcess(own.path);
    await expect.poll(() => statSync(join(own.path, 'lock.db'), { throwIfNoEntry: false })).toBeDefined();
    other.child.kill('SIGTERM');
    expect(await other.exited).toEqual({ code: 0, signal: null });
    own.remove();
  });
});

it('the secret never comes out again', async () => {
  const pages = await Promise.all(
    ['/connectors', '/connectors/acme-cc-1', '/callbacks', '/audit', '/status'].map((path) => call('GET', path)),
  );
  expect(JSON.stringify(pages)).not.toContain(SECRET);
  expect(home.stdout() + home.stderr()).not.toContain(SECRET);
});
