import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closedLoop, percentile } from './closed-loop.ts';
import { eventLatencies } from './event-latency.ts';
import { prefill } from './prefill.ts';
import { ACCOUNT, askApi, type Ready, type RunningServer, residentMb, startProduct, startVariant } from './servers.ts';
import { signedRequests } from './signed-requests.ts';

/**
 * What is measured, and against whom: see README.md. All figures are ratios of servers that ran in turn in one run on one
 * machine; nothing is asserted by a clock. `--quick` shrinks everything, to see that it works;
 * `--only=throughput|latency|memory|stored` measures one of them.
 */
const QUICK = process.argv.includes('--quick');
const ONLY = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const CONNECTIONS = [1, 16, 64];
const ROUNDS = QUICK ? 1 : 5;
const REQUESTS = QUICK ? { 1: 200, 16: 1000, 64: 1000 } : { 1: 3000, 16: 12_000, 64: 12_000 };
const MEMORY_CALLBACKS = QUICK ? 2000 : 100_000;
const STORED = QUICK ? [1000, 5000] : [1000, 1_000_000];

const folder = mkdtempSync(join(tmpdir(), 'postrider-bench-'));
const started: RunningServer[] = [];
let issued = 0;

try {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors, Node ${process.version}`);
  for (const [name, measure] of Object.entries({ throughput, latency, memory, stored })) {
    if (ONLY === undefined || ONLY === name) await measure();
  }
} finally {
  for (const server of started) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function starting<T extends RunningServer>(server: Promise<T>): Promise<T> {
  const running = await server;
  started.push(running);
  return running;
}

async function round(port: number, connections: number, count: number) {
  const requests = signedRequests(ACCOUNT, port, issued, count);
  issued += count;
  const result = await closedLoop(port, connections, requests);
  return { rate: result.answers / result.seconds, p99: percentile(result.latenciesMs, 0.99) };
}

async function throughput(): Promise<void> {
  const product = await starting(startProduct(join(folder, 'throughput')));
  const nothing = await starting(startVariant('none', ''));
  const alone = await starting(startVariant('alone', join(folder, 'alone.db')));
  const servers = { ours: product.port, nothing: nothing.port, alone: alone.port };
  for (const port of Object.values(servers)) await round(port, 16, QUICK ? 200 : 3000);
  console.log(
    '\nAcknowledged callbacks a second (median of rounds, servers in turn); ratios to the server that stores nothing',
  );
  console.log(
    'connections      ours   nothing     alone   ours/nothing   alone/nothing   ours p99 ms   nothing p99 ms',
  );
  for (const connections of CONNECTIONS) {
    const seen: Record<string, { rate: number; p99: number }[]> = { ours: [], nothing: [], alone: [] };
    for (let i = 0; i < ROUNDS; i++) {
      for (const [name, port] of Object.entries(servers)) {
        seen[name]?.push(await round(port, connections, REQUESTS[connections as 1]));
        if (name === 'ours') await settled(product.ready);
      }
    }
    const rate = (name: string) => median((seen[name] ?? []).map((one) => one.rate));
    const p99 = (name: string) => median((seen[name] ?? []).map((one) => one.p99));
    console.log(
      [
        String(connections).padStart(11),
        ...['ours', 'nothing', 'alone'].map((name) => rate(name).toFixed(0).padStart(9)),
        (rate('ours') / rate('nothing')).toFixed(2).padStart(14),
        (rate('alone') / rate('nothing')).toFixed(2).padStart(15),
        p99('ours').toFixed(2).padStart(13),
        p99('nothing').toFixed(2).padStart(16),
      ].join(' '),
    );
  }
  await stopAll();
}

async function latency(): Promise<void> {
  const product = await starting(startProduct(join(folder, 'latency')));
  const [perSecond, seconds] = [300, QUICK ? 3 : 20];
  const { events, acknowledgements } = await eventLatencies(product.ready, product.queueUrl, perSecond, seconds);
  console.log(
    `\n${perSecond} callbacks a second for ${seconds} s, each to the merchant's consumer (AWS SDK, long polling)`,
  );
  for (const [name, list] of [
    ['acknowledgement', acknowledgements],
    ['callback to consumer', events],
  ] as const) {
    const at = (share: number) => `${percentile(list, share).toFixed(1)} ms`;
    console.log(`${name.padEnd(22)} p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}  (${list.length})`);
  }
  await stopAll();
}

async function memory(): Promise<void> {
  const product = await starting(startProduct(join(folder, 'memory')));
  for (let sent = 0; sent < MEMORY_CALLBACKS; sent += 10_000) {
    await round(product.port, 16, Math.min(10_000, MEMORY_CALLBACKS));
  }
  const flooded = residentMb(product.child);
  await settled(product.ready);
  const calm = residentMb(product.child);
  console.log(
    `\nResident memory after ${MEMORY_CALLBACKS} callbacks at full speed: ${flooded.now.toFixed(0)} MB when the last was`,
  );
  console.log(
    `acknowledged, ${calm.now.toFixed(0)} MB when all were applied and relayed, ${calm.most.toFixed(0)} MB at most`,
  );
  await stopAll();
}

async function stored(): Promise<void> {
  console.log('\nThe same rate whatever is stored: 16 connections, both in turn');
  const rates: number[][] = [];
  const products = [];
  for (const rows of STORED) {
    const data = join(folder, `stored-${rows}`);
    const first = await starting(startProduct(data));
    await first.stop();
    await prefill(data, rows);
    products.push(await starting(startProduct(data)));
    rates.push([]);
  }
  for (let i = 0; i < ROUNDS; i++) {
    for (const [at, product] of products.entries()) {
      rates[at]?.push((await round(product.port, 16, REQUESTS[16])).rate);
      await settled(product.ready);
    }
  }
  for (const [at, rows] of STORED.entries()) {
    console.log(`${String(rows).padStart(9)} stored: ${median(rates[at] ?? []).toFixed(0)} a second`);
  }
  console.log(`ratio ${(median(rates[1] ?? []) / median(rates[0] ?? [])).toFixed(2)}`);
  await stopAll();
}

/** Waits until all that was stored is applied and relayed. */
async function settled(ready: Ready): Promise<void> {
  for (;;) {
    const status = await askApi<{ inbox: { unapplied: number }; relay: { unpublished: number } }>(
      ready,
      'GET',
      '/status',
    );
    if (status.inbox.unapplied === 0 && status.relay.unpublished === 0) return;
    await pause(200);
  }
}

async function stopAll(): Promise<void> {
  for (const server of started.splice(0)) await server.stop();
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
