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

const folder = temporaryFolder();
const ROTATION = '/connectors/acme-cc-1/rotation';
const SENDERS = 4;
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

interface Sent {
  readonly id: string;
  readonly secret: string;
  readonly minute: number;
  readonly status: number;
}

/** A gateway that never stops: new payments, and repeats of earlier ones, dated anew and signed with any secret it had. */
function startGateway() {
  const secrets = [SECRET];
  const sent: Sent[] = [];
  let count = 0;
  let running = true;
  let held = Promise.withResolvers<void>();
  held.resolve();
  async function send(id: string, secret: string): Promise<void> {
    count += 1;
    const minute = count;
    const date = new Date(Date.UTC(2026, 0, 15, 9, 0, minute)).toUTCString().replace('GMT', 'UTC');
    const { status } = await post(ready, debit(id), { date, secret });
    sent.push({ id, secret, minute, status });
  }
  async function sender(name: number): Promise<void> {
    for (let n = 0; running; n++) {
      await held.promise;
      const id = `pay-${name}-${n}`;
      await send(id, secrets.at(-1) ?? '');
      // A repeat of what went before, signed with each of the secrets.
      if (n % 3 === 2) for (const secret of secrets) await send(`pay-${name}-${n - 1}`, secret);
    }
  }
  const done = Promise.all(Array.from({ length: SENDERS }, (_, name) => sender(name)));
  return {
    sent,
    /** From now on new payments are signed with it. */
    changeTo: (secret: string) => secrets.push(secret),
    /** What waited for a repeat with an old secret is over. */
    forgetOld: () => secrets.splice(0, secrets.length - 1),
    async untilMore(calls: number) {
      const goal = sent.length + calls;
      while (sent.length < goal) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    /** Holds new payments back until all that was sent is applied and counted. */
    async rest() {
      held = Promise.withResolvers<void>();
      await untilQuiet(call);
      held.resolve();
    },
    async stop() {
      running = false;
      await done;
    },
  };
}

describe('a rotation under constant traffic', () => {
  let gateway: ReturnType<typeof startGateway>;
  beforeAll(() => {
    gateway = startGateway();
  });
  afterAll(() => gateway.stop());

  it('loses nothing, with repeats signed by either secret, and counts what the old one signs', async () => {
    await gateway.untilMore(60);
    const started = await call('POST', ROTATION, {});
    expect(started.status).toBe(201);
    const fresh: string = started.body.generated.sharedSecret;
    // The new one is in force with the answer, the old one still: at once in this home.
    expect((await post(ready, debit('first-new'), { secret: fresh })).status).toBe(200);
    await gateway.untilMore(60);
    gateway.changeTo(fresh);
    await gateway.untilMore(120);
    gateway.forgetOld();
    // What was on its way when the gateway forgot.
    await gateway.untilMore(SENDERS * 3);
    const atEnd = gateway.sent.length;
    await gateway.rest();
    const watched = (await call('GET', ROTATION)).body;
    expect(watched).toMatchObject({ state: 'overlap', current: [started.body.keyId] });
    expect((await call('DELETE', ROTATION)).status).toBe(200);
    expect((await post(ready, debit('late-old'), { secret: SECRET })).status).toBe(401);
    await gateway.untilMore(40);
    await gateway.stop();

    expect(gateway.sent.filter(({ status }) => status !== 200)).toEqual([]);
    expect(gateway.sent.slice(atEnd).every(({ secret }) => secret === fresh)).toBe(true);
    await untilQuiet(call);
    const ids = new Set([...gateway.sent.map(({ id }) => id), 'first-new']);
    const client = sqsClientOf(ready);
    const events = await drain(client, queueUrl);
    client.destroy();
    expect(faultsOf(events)).toEqual([]);
    const finished = events.filter(({ type }) => type === 'payment.debit.finished').map(({ data }) => data['id']);
    expect(new Set(finished)).toEqual(ids);
    expect(finished).toHaveLength(ids.size);

    // Of those received in the overlap and signed with the old one, each counted once.
    const rows = await callbacksOf(watched.previous[0].keyId);
    const since = started.body.connector.updatedAt;
    const inOverlap = rows.filter(({ receivedAt }) => receivedAt >= since);
    expect(watched.previous[0].callbacks).toBeGreaterThan(60);
    expect(watched.previous[0].callbacks).toBeLessThanOrEqual(inOverlap.length);
    expect(watched.previous[0].lastAt).toBe(
      inOverlap
        .map(({ receivedAt }) => receivedAt)
        .sort()
        .at(-1),
    );
  }, 60_000);

  it('a revoked secret is refused with the answer', async () => {
    const before = (await call('GET', '/connectors/acme-cc-1')).body.credentials.at(-1).keyId;
    const { body } = await call('POST', ROTATION, { secrets: { sharedSecret: 'another-secret-of-the-test' } });
    expect(body).not.toHaveProperty('generated');
    expect((await call('POST', `${ROTATION}/revoke`, { keyId: before })).status).toBe(200);
    expect((await post(ready, debit('after'), { secret: 'another-secret-of-the-test' })).status).toBe(200);
    expect((await call('GET', ROTATION)).body).toMatchObject({ state: 'none', current: [body.keyId] });
  });
});

interface StoredCallback {
  readonly receivedAt: string;
  readonly verdict: { readonly keyId: string };
}

async function callbacksOf(keyId: string): Promise<readonly StoredCallback[]> {
  const rows: StoredCallback[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await call('GET', `/callbacks?connectorId=acme-cc-1&limit=500${cursor && `&cursor=${cursor}`}`);
    rows.push(...page.body.items);
    cursor = page.body.cursor;
  }
  return rows.filter(({ verdict }) => verdict.keyId === keyId);
}
