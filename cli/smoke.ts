import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type AdminClient, openAdminClient, TARGET_FLAGS, TARGET_HELP } from './admin-client.ts';
import { type CanaryCallback, canaryCallback, post, type Writing } from './smoke-callback.ts';
import { type Canary, ensureCanary, type StoredCallback, storedSince } from './smoke-canary.ts';
import { NOT_UTF8, PROBES, type Probe } from './smoke-probes.ts';
import { openQueue, type SmokeQueue } from './smoke-queue.ts';

const HELP = `Posts a signed canary callback to a running Postrider and waits for its event on the queue; then shows what reaches
Postrider of the ways in which gateways write callbacks.

  npm run smoke -- --env dev
  npm run smoke -- [--api http://127.0.0.1:8787]

${TARGET_HELP}
  --timeout     seconds to wait for the event; default 60. A subscription made just now takes effect first (60 s on AWS)
  --non-utf8    also sends a body that is not UTF-8: it is stored as unrecognized, which an alarm may be set on

Exit code 0: the canary's event came. 1: it did not, or a forged callback was taken. 2: the test could not be made.
`;

const FLAGS = {
  ...TARGET_FLAGS,
  timeout: { type: 'string' },
  'non-utf8': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A new secret is in force everywhere after so long on AWS; in the embedded home at once. */
const SECRET_WITHIN_MS = 75_000;
const RETRY_MS = 5_500;
const LISTED_WITHIN_MS = 10_000;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`smoke: ${error instanceof Error ? error.message : String(error)}`);
  return 2;
});

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const seconds = Number(values.timeout ?? '60');
  if (!(seconds >= 1 && seconds <= 3_600)) {
    throw new Error(`--timeout is ${JSON.stringify(values.timeout)}; give seconds from 1 to 3600`);
  }
  const tokenFile = values['token-file'];
  const admin = await openAdminClient({ ...values, tokenFile }, process.env);
  const canary = await ensureCanary(admin);
  console.log(`canary    ${canary.callbackUrl}, its events on ${canary.queueUrl}`);
  const queue = openQueue(admin, canary.queueUrl, tokenFile, process.env);
  try {
    const smoke: Smoke = { admin, canary, queue, began: new Date(Date.now() - 60_000) };
    const isFine = await runCanary(smoke, seconds * 1000);
    if (isFine) await runProbes(smoke, values['non-utf8'] === true);
    return isFine ? 0 : 1;
  } finally {
    queue.close();
  }
}

interface Smoke {
  readonly admin: AdminClient;
  readonly canary: Canary;
  readonly queue: SmokeQueue;
  /** A little before the first callback, by our clock. */
  readonly began: Date;
}

function write({ canary }: Smoke, writing: Writing = {}, secret = canary.sharedSecret): CanaryCallback {
  const paymentId = randomUUID().replaceAll('-', '').slice(0, 20);
  return canaryCallback(canary.callbackUrl, canary.apiKey, secret, paymentId, new Date(), writing);
}

/** The way of one callback, its repeat, and a forged one. */
async function runCanary(smoke: Smoke, waitMs: number): Promise<boolean> {
  const waitsMs = smoke.canary.activeFrom.getTime() - Date.now();
  if (waitsMs > 0) {
    console.log(`waiting   ${Math.ceil(waitsMs / 1000)} s until the new subscription is in force`);
    await pause(waitsMs);
  }
  const callback = write(smoke);
  const began = Date.now();
  const answer = await acknowledged(smoke, callback);
  if (!say(answer.status === 200, `callback answered ${answer.status} ${answer.body.trim()} ${since(began)}`))
    return false;
  const event = await smoke.queue.eventOf(callback.paymentId, new Date(Date.now() + waitMs));
  const came = event === undefined ? 'no event on the queue' : `event ${event.type} on the queue`;
  const isPublished = say(event?.type === 'payment.debit.finished', `${came} ${since(began)}`);
  const repeat = await post(callback);
  const rows = (await storedOf(smoke, [callback])).filter((row) => row.bodySha256 === callback.bodySha256);
  const isOnce = say(
    repeat.status === 200 && rows.length === 1,
    `repeat answered ${repeat.status}, stored ${rows.length === 1 ? 'once' : `${rows.length} times`}`,
  );
  const forged = await post(write(smoke, {}, 'not the secret'));
  const isRefused = say(forged.status === 401, `forged callback answered ${forged.status}`);
  return isPublished && isOnce && isRefused;
}

/** A container that still holds the secret of the run before refuses, as it would during any rotation. */
async function acknowledged({ admin }: Smoke, callback: CanaryCallback): Promise<Awaited<ReturnType<typeof post>>> {
  const until = Date.now() + (admin.aws === undefined ? 0 : SECRET_WITHIN_MS);
  for (;;) {
    const answer = await post(callback);
    if ((answer.status !== 401 && answer.status !== 404) || Date.now() > until) return answer;
    console.log(`waiting   answered ${answer.status}: the new secret is not in force everywhere yet`);
    await pause(RETRY_MS);
  }
}

async function runProbes(smoke: Smoke, nonUtf8: boolean): Promise<void> {
  const probes = nonUtf8 ? [...PROBES, NOT_UTF8] : PROBES;
  const sent: { readonly probe: Probe; readonly callback: CanaryCallback; readonly status: number }[] = [];
  for (const probe of probes) {
    const callback = write(smoke, probe.writing);
    sent.push({ probe, callback, status: (await post(callback)).status });
  }
  const accepted = sent.filter(({ status }) => status === 200).map(({ callback }) => callback);
  const stored = new Map((await storedOf(smoke, accepted)).map((row) => [row.bodySha256, row]));
  console.log('\nWhat arrives as it was sent and signed:');
  for (const { probe, callback, status } of sent) {
    console.log(`  ${lineOf(probe, status, stored.get(callback.bodySha256))}`);
  }
  console.log(`\nNot shown: ${notShown(smoke.admin, nonUtf8).join('; ')}.`);
}

/** The stored rows of this run, when those of `callbacks` are among them; lists on AWS lag behind by moments. */
async function storedOf(smoke: Smoke, callbacks: readonly CanaryCallback[]): Promise<readonly StoredCallback[]> {
  const until = Date.now() + LISTED_WITHIN_MS;
  for (;;) {
    const rows = await storedSince(smoke.admin, smoke.began);
    const found = new Set(rows.map(({ bodySha256 }) => bodySha256));
    if (callbacks.every(({ bodySha256 }) => found.has(bodySha256)) || Date.now() > until) return rows;
    await pause(500);
  }
}

function lineOf({ title, shows }: Probe, status: number, row: StoredCallback | undefined): string {
  const name = title.padEnd(33);
  if (status !== 200) return `refused   ${name} ${status}`;
  if (row === undefined) return `accepted  ${name} but not found among the stored callbacks`;
  return `accepted  ${name} ${shows(row)}`;
}

/** What this run cannot say, so that nobody reads it into the table. */
function notShown(admin: AdminClient, nonUtf8: boolean): readonly string[] {
  const isAmazon = /[.]amazonaws[.]com/.test(admin.api) && process.env['AWS_ENDPOINT_URL'] === undefined;
  const where = isAmazon ? [] : ['what Amazon’s HTTP API hands over, because something else answered here'];
  const body = nonUtf8 ? [] : ['a body that is not UTF-8 (--non-utf8)'];
  return [...where, ...body, 'what a CDN or proxy of the gateway changes on its side'];
}

function say(isFine: boolean, text: string): boolean {
  console.log(`${isFine ? 'ok      ' : 'FAILED  '}  ${text}`);
  return isFine;
}

function since(began: number): string {
  return `after ${Date.now() - began} ms`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
