import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
import { drain } from './queue.ts';

const EXPLAIN = fileURLToPath(new URL('../../cli/explain.ts', import.meta.url));
const RIGHT = 'the-secret-that-the-gateway-has-0';
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

function explain(args: readonly string[]) {
  const options = { env: { PATH: process.env['PATH'] ?? '' } };
  const target = ['--api', ready.api, '--token-file', ready.tokenFile];
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [EXPLAIN, ...target, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe('a gateway that signs with another secret', () => {
  it('npm run explain says so; once the secret is set it takes in what was refused, and its event comes', async () => {
    expect((await post(ready, debit('body-plant-1'), { secret: RIGHT })).status).toBe(401);
    const first = await explain(['--connector', 'acme-cc-1']);
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(/^acme-cc-1: refused so far: 1 signature_mismatch; kept: 1$/m);
    expect(first.stdout).toMatch(/^ {2}likely {2}wrong_secret: /m);
    expect(first.stdout).toMatch(/^ {2}cure {4}Compare \/secrets\/sharedSecret/m);
    expect(first.stdout).not.toContain('--accept');

    const { body } = await call('GET', '/connectors/acme-cc-1');
    const { merchantId, gateway, name, settings, testMode, active } = body;
    const changed = await call('PUT', '/connectors/acme-cc-1', {
      ...{ merchantId, gateway, name, settings, testMode, active },
      secrets: { sharedSecret: RIGHT },
    });
    expect(changed.status).toBe(200);
    const second = await explain(['--connector', 'acme-cc-1']);
    expect(second.stdout).toMatch(/^ {2}cause {3}now_verifies: /m);
    expect(second.stdout).toMatch(/^1 would be taken in now: run it again with --accept\.$/m);
    expect((await explain(['--connector', 'acme-cc-1', '--accept'])).stdout).toMatch(/^taken in: 1 \(1 stored\)$/m);
    expect((await explain(['--connector', 'acme-cc-1', '--accept'])).stdout).toMatch(/^taken in: 0 \(1 duplicate\)$/m);

    await untilQuiet(call);
    const client = sqsClientOf(ready);
    const events = await drain(client, queueUrl);
    client.destroy();
    expect(events.map(({ type }) => type)).toEqual(['payment.debit.finished']);
    const text = [first, second].map(({ stdout }) => stdout).join('\n');
    for (const secret of [RIGHT, SECRET, 'plant']) expect(text).not.toContain(secret);
  });

  it('says what is wrong with its flags', async () => {
    expect((await explain([])).stderr).toMatch(/--connector is missing/);
    expect((await explain(['--connector', 'none'])).stderr).toMatch(/There is no connector/);
    expect((await explain(['--connector', 'acme-cc-1', '--n', 'x'])).stderr).toMatch(/--n is "x"/);
    expect(await explain(['--connector', 'acme-cc-1', '--n', '999'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no refused callback 999 is kept/),
    });
    expect((await explain(['--help'])).stdout).toContain('npm run explain');
  });
});
