import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { saveCompileCache } from './compile-cache.ts';
import { createAdminClient } from './demo/admin-client.ts';
import { DEMO_CONNECTOR, DEMO_MERCHANT, DEMO_SUBSCRIPTION } from './demo/demo-names.ts';
import { type StandIn, startStandIn } from './demo/stand-in.ts';
import { describeError } from './describe-error.ts';
import type { Home } from './home.ts';
import { HELP, type Options, readOptions } from './options.ts';

const PUMP_WORKER = new URL('./pump/pump-worker.ts', import.meta.url);
/**
 * The pump's heap. V8's own limits let the young generation grow to 134 MB in 10,000 callbacks and keep 40 MB of garbage in
 * the old one; these cost no throughput, and a batch of the largest callbacks there are stays far below them.
 */
const PUMP_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };
const EVENTS = fileURLToPath(new URL('../events', import.meta.url));
/** Whatever hangs then is cut: what was acknowledged is on disk. npm's runner kills after 9.5 s. */
const STOP_LIMIT_MS = 8_500;

/** Reads flags and environment, starts the home and serves until `asked` resolves; sets the exit code. */
export async function run(args: readonly string[], asked: Promise<void>): Promise<void> {
  // A reader of our output that goes away (`npm start | head`) is no reason to stop taking callbacks.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const reading = readOptions(args, process.env, process.cwd());
  if (reading.kind === 'help') console.log(HELP);
  else if (reading.kind === 'wrong') fail(reading.message);
  else await serve(reading.options, asked);
}

async function serve(options: Options, asked: Promise<void>): Promise<void> {
  const stopped = new AbortController();
  let home: Home;
  let standIn: StandIn | undefined;
  try {
    // Both threads load their modules at the same time.
    const pumpThread = new Worker(PUMP_WORKER, { resourceLimits: PUMP_LIMITS });
    const { startHome } = await import('./home.ts');
    standIn = options.demo ? await startStandIn() : undefined;
    const deps = { pumpThread, release: releaseOf(), env: process.env, standIn: standIn?.host, trouble };
    home = await startHome(options, deps);
  } catch (error) {
    fail(messageOf(error));
    return;
  }
  home.died.catch((error: unknown) => {
    fail(`the pump thread died, so the process ends; nothing acknowledged is lost: ${describeError(error)}`);
    process.exit();
  });
  await introduce(home, home.isNew ? standIn : undefined, stopped.signal);
  setImmediate(saveCompileCache);
  await asked;
  stopped.abort();
  setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
  await home.stop();
  process.exit(0);
}

/** Says where everything is, then `ready`, then plays the demo if there is one to play. */
async function introduce(home: Home, standIn: StandIn | undefined, stopped: AbortSignal): Promise<void> {
  const { address, callbackBase, operatorToken } = home;
  const demo = standIn === undefined ? undefined : await registered(home, standIn, stopped);
  console.log(`Postrider
  callback URL  ${callbackBase}/callbacks/${demo === undefined ? '<connector id>' : DEMO_CONNECTOR}
  admin API     ${address.api} (bearer token in ${address.tokenFile})
  SQS endpoint  ${address.sqsEndpoint} (access key id ${address.sqsAccessKeyId}, any secret key and region)
  queue URL     ${await queueUrl(address.api, operatorToken, stopped)}
  data folder   ${address.dataFolder}`);
  console.log(`ready ${JSON.stringify(address)}`);
  if (demo !== undefined) play(demo, stopped);
}

async function registered(home: Home, standIn: StandIn, signal: AbortSignal) {
  // Loaded only here: the demo brings the SDK's SQS client along.
  const { registerDemo } = await import('./demo/demo.ts');
  const { address, operatorToken } = home;
  try {
    const shown = { eventsFolder: EVENTS, standIn, print: console.log, signal };
    return await registerDemo({ ...address, operatorToken, ...shown });
  } catch (error) {
    console.error(`postrider: the demo could not be registered: ${messageOf(error)}`);
    return undefined;
  }
}

function play(demo: { play(): Promise<void> }, stopped: AbortSignal): void {
  console.log(`Demo: plays recorded callbacks of ${EVENTS}; each event as the merchant's queue receives it:`);
  demo.play().catch((error: unknown) => {
    if (!stopped.aborted) console.error(`postrider: the demo was cut short: ${messageOf(error)}`);
  });
}

async function queueUrl(api: string, token: string, signal: AbortSignal): Promise<string> {
  try {
    const admin = createAdminClient(api, token, signal);
    const found = await admin.get(`/merchants/${DEMO_MERCHANT}/subscriptions/${DEMO_SUBSCRIPTION}`);
    return String(found['queueUrl']);
  } catch {
    return `none yet: PUT ${api}/merchants/<id>/subscriptions/<id> makes one`;
  }
}

function releaseOf(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String(JSON.parse(text).version);
}

function trouble(error: unknown): void {
  console.error(`postrider: ${describeError(error)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(sentence: string): void {
  console.error(`postrider: ${sentence}`);
  process.exitCode = 1;
}
