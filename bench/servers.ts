import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Account } from './signed-requests.ts';

export interface RunningServer {
  readonly port: number;
  readonly child: ChildProcess;
  /** Only of the whole product. */
  readonly ready?: Ready;
  stop(): Promise<void>;
}

export interface Ready {
  readonly base: string;
  readonly api: string;
  readonly sqsEndpoint: string;
  readonly sqsAccessKeyId: string;
  readonly dataFolder: string;
  readonly tokenFile: string;
}

export const ACCOUNT: Account = { connectorId: 'bench-cc-1', sharedSecret: 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7' };

/** The whole product in a process of its own, with one merchant, connector and FIFO subscription. */
export async function startProduct(folder: string): Promise<RunningServer & { ready: Ready; queueUrl: string }> {
  const child = run(['local/main.ts', '--port', '0', '--data', folder, '--no-demo'], { POSTRIDER_SQS_PORT: '0' });
  const line = await lineOf(child, (text) => text.startsWith('ready '));
  const ready = JSON.parse(line.slice('ready '.length)) as Ready;
  const queueUrl = await register(ready);
  return { child, ready, queueUrl, port: Number(new URL(ready.base).port), stop: () => stop(child) };
}

export async function startVariant(variant: 'none' | 'alone', file: string): Promise<RunningServer> {
  const child = run(['bench/variant-server.ts', variant, ACCOUNT.connectorId, ACCOUNT.sharedSecret, file], {});
  const line = await lineOf(child, (text) => text.startsWith('{'));
  return { child, port: (JSON.parse(line) as { port: number }).port, stop: () => stop(child) };
}

export async function askApi<T>(ready: Ready, method: string, path: string, body?: unknown): Promise<T> {
  const token = readFileSync(ready.tokenFile, 'utf8').trim();
  const response = await fetch(`${ready.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function register(ready: Ready): Promise<string> {
  const { connectorId, sharedSecret } = ACCOUNT;
  await askApi(ready, 'PUT', '/merchants/acme', { name: 'Acme' });
  await askApi(ready, 'PUT', `/connectors/${connectorId}`, {
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Bench',
    testMode: true,
    active: true,
    settings: { apiKey: connectorId },
    secrets: { sharedSecret },
  });
  const { queueUrl } = await askApi<{ queueUrl: string }>(ready, 'PUT', '/merchants/acme/subscriptions/main', {
    queue: { managed: true, fifo: true },
    types: ['payment.*'],
    mode: 'both',
  });
  return queueUrl;
}

function run(parameters: readonly string[], environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, parameters, {
    // As scripts/run.mjs starts it.
    env: { MALLOC_ARENA_MAX: '1', ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child;
}

async function lineOf(child: ChildProcess, wanted: (line: string) => boolean): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (wanted(line)) {
      child.stdout.resume();
      return line;
    }
  }
  throw new Error(`the server ended before it was ready (exit code ${child.exitCode})`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Resident memory in MB, now and at most so far (Linux only; NaN elsewhere). */
export function residentMb(child: ChildProcess): { now: number; most: number } {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { now: read('VmRSS'), most: read('VmHWM') };
  } catch {
    return { now: Number.NaN, most: Number.NaN };
  }
}
