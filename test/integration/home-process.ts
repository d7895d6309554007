import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SQSClient } from '@aws-sdk/client-sqs';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
export const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';

export interface ReadyLine {
  readonly base: string;
  readonly api: string;
  readonly sqsEndpoint: string;
  readonly sqsAccessKeyId: string;
  readonly dataFolder: string;
  readonly tokenFile: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The real process on free ports. */
export interface HomeProcess {
  readonly child: ChildProcess;
  /** Rejects with what it said where it ended before it was ready. */
  readonly ready: Promise<ReadyLine>;
  readonly exited: Promise<Exit>;
  stdout(): string;
  stderr(): string;
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'postrider-home-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function startHomeProcess(
  dataFolder: string,
  args: readonly string[] = ['--no-demo'],
  env: Readonly<Record<string, string>> = {},
): HomeProcess {
  const ports = args.includes('--port') ? [] : ['--port', '0'];
  const child = spawn(process.execPath, [MAIN, '--data', dataFolder, ...ports, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const ready = Promise.withResolvers<ReadyLine>();
  const exited = Promise.withResolvers<Exit>();
  ready.promise.catch(() => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const line = /^ready (\{.*\})$/m.exec(out);
    if (line !== null) ready.resolve(JSON.parse(line[1] ?? ''));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.on('close', (code, signal) => {
    ready.reject(new Error(`ended with ${code ?? signal} before it was ready:\n${out}${err}`));
    exited.resolve({ code, signal });
  });
  return { child, ready: ready.promise, exited: exited.promise, stdout: () => out, stderr: () => err };
}

/** The admin API as an operator uses it. */
export function operatorOf(ready: ReadyLine) {
  const token = readFileSync(ready.tokenFile, 'utf8').trim();
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(`${ready.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

export type Operator = ReturnType<typeof operatorOf>;

/** Merchant, connector and a FIFO subscription for everything; answers the queue's URL. */
export async function register(call: Operator, connectorId = 'acme-cc-1'): Promise<string> {
  await call('PUT', '/merchants/acme', { name: 'Acme' });
  await call('PUT', `/connectors/${connectorId}`, {
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Acme cards',
    testMode: true,
    active: true,
    settings: { apiKey: connectorId },
    secrets: { sharedSecret: SECRET },
  });
  const { status, body } = await call('PUT', '/merchants/acme/subscriptions/main', {
    queue: { managed: true, fifo: true },
    types: ['payment.*'],
    mode: 'both',
  });
  if (status !== 201) throw new Error(`the subscription was answered ${status}: ${JSON.stringify(body)}`);
  return body.queueUrl;
}

export function sqsClientOf(ready: ReadyLine): SQSClient {
  return new SQSClient({
    endpoint: ready.sqsEndpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: ready.sqsAccessKeyId, secretAccessKey: 'any' },
  });
}

/** Resolves when nothing waits to be applied, published or parked. */
export async function untilQuiet(call: Operator, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const { body } = await call('GET', '/status');
    if (body?.inbox?.unapplied === 0 && body.relay.unpublished === 0 && body.parked === 0) return;
    if (Date.now() > end) throw new Error(`not quiet after ${limitMs} ms: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
