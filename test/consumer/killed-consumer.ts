/**
 * One life of two consumers, until both are between handling and marking; then SIGKILL. `exact` commits its effect and
 * its mark as one (recordIn); `plain` commits its effect, and the mark is written after the handler. Without `killAt` it
 * works until its parent ends it.
 */
import { flushCompileCache } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createConsumer, type SqliteProgressStore, sqliteProgressStore } from '#shared/consumer/index.ts';

export interface LifeOrders {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly apiBase: string;
  readonly readToken: string;
  readonly exact: { readonly queueUrl: string; readonly file: string };
  readonly plain: { readonly queueUrl: string; readonly file: string };
  /** Rest between the effect and the mark, so that kills at random moments hit there. */
  readonly lingerMs?: number;
  /** Left out: the consumer's default. */
  readonly visibilityTimeoutSeconds?: number;
  /** `exact` waits for its death at this place of the nth event that it handles, `plain` before the mark of its nth. */
  readonly killAt?: { readonly event: number; readonly place: 'before recordIn' | 'before commit' | 'after commit' };
}

// The next life starts in a third of the time (NODE_COMPILE_CACHE); Node itself writes the cache only at a proper end.
flushCompileCache();
// Whatever becomes of the test, this process ends with it.
process.stdin.on('end', () => process.exit(1)).resume();

const orders = JSON.parse(process.argv[2] ?? '{}') as LifeOrders;
const { killAt } = orders;
const sqs = new SQSClient({
  endpoint: orders.endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: orders.accessKeyId, secretAccessKey: 'any' },
});

let waiting = 0;
/** Never resolves: both consumers die inside their handler. */
function death(): Promise<void> {
  waiting += 1;
  if (waiting === 2) process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

function openEffects(file: string): { readonly database: DatabaseSync; readonly store: SqliteProgressStore } {
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('CREATE TABLE IF NOT EXISTS effects (at INTEGER PRIMARY KEY, id TEXT NOT NULL)');
  return { database, store: sqliteProgressStore(database) };
}

const common = {
  sqs,
  api: { base: orders.apiBase, merchantId: 'acme', subscriptionId: 'main', readToken: orders.readToken },
  waitTimeSeconds: 1,
  ...(orders.visibilityTimeoutSeconds === undefined
    ? {}
    : { visibilityTimeoutSeconds: orders.visibilityTimeoutSeconds }),
} as const;
const INSERT = 'INSERT INTO effects (id) VALUES (?)';

const exact = openEffects(orders.exact.file);
let exactEvents = 0;
const exactConsumer = createConsumer({
  ...common,
  queueUrl: orders.exact.queueUrl,
  store: exact.store,
  handler: async (event, { recordIn }) => {
    exactEvents += 1;
    const place = exactEvents === killAt?.event ? killAt.place : undefined;
    await exact.store.transaction(async (transaction) => {
      transaction.prepare(INSERT).run(event.id);
      if (place === 'before recordIn') await death();
      await recordIn(transaction);
      if (place === 'before commit') await death();
    });
    if (place === 'after commit') await death();
    if (orders.lingerMs !== undefined) await pause(orders.lingerMs);
  },
});

const plain = openEffects(orders.plain.file);
let plainEvents = 0;
const plainConsumer = createConsumer({
  ...common,
  queueUrl: orders.plain.queueUrl,
  store: plain.store,
  handler: async (event) => {
    plainEvents += 1;
    plain.database.prepare(INSERT).run(event.id);
    if (plainEvents === killAt?.event) await death();
    if (orders.lingerMs !== undefined) await pause(orders.lingerMs);
  },
});

for (const consumer of [exactConsumer, plainConsumer]) {
  consumer.on('error', (error) => console.error(`${error.code}: ${error.message}`));
  consumer.start();
}
