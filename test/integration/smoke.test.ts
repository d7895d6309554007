import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HomeProcess, type ReadyLine, startHomeProcess, temporaryFolder } from './home-process.ts';

const SMOKE = fileURLToPath(new URL('../../cli/smoke.ts', import.meta.url));
const folder = temporaryFolder();
let home: HomeProcess;
let ready: ReadyLine;

beforeAll(async () => {
  home = startHomeProcess(join(folder.path, 'data'));
  ready = await home.ready;
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  folder.remove();
});

function smoke(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [SMOKE, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** A proxy before a home that is started behind it. */
async function openProxy(change: (headers: IncomingHttpHeaders) => void) {
  let target = '';
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    change(headers);
    const { method = 'GET', url = '/' } = incoming;
    const passed = request(new URL(target), { method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const passTo = (base: string) => {
    target = base;
  };
  return { base: `http://127.0.0.1:${port}`, passTo, close: () => server.close() };
}

describe('npm run smoke', () => {
  it('sees its event come, and shows how each way of writing was read', async () => {
    const first = await smoke(['--api', ready.api, '--token-file', ready.tokenFile, '--non-utf8']);
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^ok {8}event payment\.debit\.finished on the queue after \d+ ms$/m);
    expect(first.stdout).toMatch(/^ok {8}repeat answered 200, stored once$/m);
    expect(first.stdout).toMatch(/^ok {8}forged callback answered 401$/m);
    const rows = first.stdout.match(/^ {2}(accepted|refused) .*$/gm) ?? [];
    expect(rows.map((row) => row.replaceAll(/ +/g, ' ').trim())).toEqual([
      'accepted query ?x=a%20b handed over as /callbacks/postrider-canary?x=a%20b, signed URI read as registered',
      'accepted trailing slash handed over as /callbacks/postrider-canary/, signed URI read as registered',
      'accepted Basic beside X-Signature Basic in Authorization is in nobody’s way',
      'accepted XML, signature in Authorization Authorization came through as sent',
      'accepted Date … UTC the signed date was read from Date',
      'accepted Date … GMT the signed date was read from Date',
      'accepted X-Date without Date the signed date was read from X-Date',
      'accepted signed X-Date, another Date the signed date was read from X-Date',
      'accepted a body that is not UTF-8 stored byte for byte',
    ]);
    expect(first.stdout).toMatch(/^Not shown: what Amazon’s HTTP API hands over/m);
  });

  it('may be run again, with the token in the environment', async () => {
    const again = await smoke(['--api', ready.base, '--token-file', ready.tokenFile]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('a body that is not UTF-8 (--non-utf8)');
  });

  it.each([
    [
      'takes away the Authorization of XML',
      (headers: IncomingHttpHeaders) => {
        if (headers['authorization']?.startsWith('Gateway') === true) Reflect.deleteProperty(headers, 'authorization');
      },
      0,
      /^ {2}refused {3}XML, signature in Authorization +401$/m,
    ],
    [
      'writes a Date of its own',
      (headers: IncomingHttpHeaders) => {
        if (headers['date'] !== undefined) headers['date'] = 'Thu, 01 Jan 1970 00:00:00 GMT';
      },
      1,
      /^FAILED {4}callback answered 401/m,
    ],
  ])('a proxy that %s shows', async (_name, change, exitCode, words) => {
    const proxy = await openProxy(change);
    const behind = startHomeProcess(join(folder.path, randomUUID()), ['--no-demo', '--public-url', proxy.base]);
    const { api, base, tokenFile } = await behind.ready;
    proxy.passTo(base);
    const { code, stdout } = await smoke(['--api', api, '--token-file', tokenFile]);
    proxy.close();
    behind.child.kill('SIGKILL');
    await behind.exited;
    expect(stdout).toMatch(words);
    expect(code).toBe(exitCode);
  });
});

describe('a smoke test that cannot be made says what to do, and exits with 2', () => {
  it.each([
    [
      'nobody listens',
      ['--api', 'http://127.0.0.1:9', '--token-file', 'TOKEN'],
      /no answer from http:\/\/127\.0\.0\.1:9/,
    ],
    ['a URL that is none', ['--api', 'localhost'], /--api is "localhost"/],
    ['both targets', ['--api', 'http://127.0.0.1:1', '--env', 'dev'], /--env or --api, not both/],
    ['no such file', ['--token-file', '/nowhere/token'], /cannot read the operator's token.*--token-file/],
    ['a strange environment', ['--env', 'De v'], /--env is "De v"/],
    ['no region', ['--env', 'dev'], /--region, set AWS_REGION/],
    ['no credentials', ['--env', 'dev', '--region', 'eu-west-1'], /no AWS credentials.*AWS_PROFILE/],
    ['a strange time', ['--timeout', 'soon'], /--timeout is "soon"/],
  ])('%s', async (_name, args, words) => {
    const given = args.map((arg) => (arg === 'TOKEN' ? ready.tokenFile : arg));
    const env = { HOME: folder.path, AWS_EC2_METADATA_DISABLED: 'true' };
    const { code, stdout, stderr } = await smoke(given, env);
    expect(stderr).toMatch(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});
