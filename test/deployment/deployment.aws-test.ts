import { createHash } from 'node:crypto';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConsumer, memoryProgressStore, type PostriderEvent } from '#shared/consumer/index.ts';
import { type AdminClient, openAdminClient } from '../../cli/admin-client.ts';
import { ensureCanary } from '../../cli/smoke-canary.ts';
import { debit } from '../integration/callbacks.ts';
import { faultsOf, type QueuedEvent } from '../integration/queue.ts';
import { type CdkProject, copyProject, type StackOutputs } from './cdk-project.ts';
import { cli } from './commands.ts';
import { eventually, loopbackFetch, pause, post, type Registered, registerAcme, sqsClient } from './deployed.ts';
import { describeAllGateways, describeEachMinute } from './describe-all-gateways.ts';
import { assumeMerchantRole } from './merchant-role.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { createOperator } from './operator.ts';
import { importRotateAndAccept } from './under-control.ts';
import { whatIsThere } from './what-is-there.ts';

const REGION = 'eu-central-1';
const STACKS = ['postrider-dev-data', 'postrider-dev'];
/** Bytes of every body that was answered 200 OK. */
const acknowledged = new Map<string, string>();
const received: PostriderEvent[] = [];
const store = memoryProgressStore();
let aws: Ministack;
let project: CdkProject;
let outputs: StackOutputs;
let admin: AdminClient;
let acme: Registered;
let operator: Readonly<Record<string, string>>;

beforeAll(async () => {
  // The functions take https URLs only.
  aws = await startMinistack({ region: REGION, tls: true });
  // The commands' own way to AWS: what the shell says.
  Object.assign(process.env, aws.env);
  project = copyProject(aws.env);
  await project.bootstrap(`aws://000000000000/${REGION}`);
});
afterAll(async () => {
  await aws?.stop();
  project?.remove();
});

async function send(body: string): Promise<void> {
  const answer = await post(acme.callbackUrl, body);
  if (answer.status !== 200 || answer.body !== 'OK') throw new Error(`answered ${answer.status} ${answer.body}`);
  acknowledged.set(createHash('sha256').update(body).digest('hex'), body);
}

async function transaction(id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { status, text } = await admin.call('GET', `/transactions/acme-cc-1/${id}`);
  return status === 200 ? JSON.parse(text) : undefined;
}

/** Until the payment has a status. */
async function state(id: string, status: string) {
  const found = await eventually(30_000, async () => {
    const now = await transaction(id);
    return now?.['status'] === status ? now : undefined;
  });
  if (found === undefined)
    throw new Error(`${id} is not ${status}: ${JSON.stringify(await transaction(id))}\n${aws.log()}`);
  return found;
}

/** Runs the merchants' consumer until it has handled so many events in all, and then a second for what is too much. */
async function consumeUntil(count: number, limitMs = 60_000): Promise<void> {
  const sqs = sqsClient(aws.endpoint, REGION);
  const faults: unknown[] = [];
  const consumer = createConsumer({
    ...{ sqs, store, queueUrl: acme.queueUrl, waitTimeSeconds: 1, fetch: loopbackFetch },
    api: { base: admin.api, merchantId: 'acme', subscriptionId: 'main', readToken: acme.readToken },
    handler: async (event) => {
      received.push(event);
    },
  });
  consumer.on('error', (error) => faults.push(error));
  consumer.start();
  await eventually(limitMs, async () => (received.length >= count ? true : undefined));
  await pause(1_000);
  await consumer.stop({ abort: true });
  sqs.destroy();
  expect(faults).toEqual([]);
  expect(received).toHaveLength(count);
}

/** What was received, as the queue's checks read it. */
function events(): readonly QueuedEvent[] {
  return received.map(({ causeid = '', data, ...event }) => ({ ...event, causeid, data: { ...data } }));
}

async function storedDigests(): Promise<string[]> {
  const digests: string[] = [];
  let cursor: unknown = null;
  do {
    const next = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const page = await admin.must('GET', `/callbacks?connectorId=acme-cc-1&limit=500${next}`);
    digests.push(...(page['items'] as { bodySha256: string }[]).map(({ bodySha256 }) => bodySha256));
    cursor = page['cursor'];
  } while (typeof cursor === 'string');
  return digests;
}

describe('npx cdk deploy -c env=dev', () => {
  it('makes both stacks and says where they are', async () => {
    outputs = await project.deploy('dev');
    expect(Object.keys(outputs).sort()).toEqual([...STACKS].sort());
    expect(outputs['postrider-dev']).toMatchObject({
      CallbackBase: expect.stringMatching(/^http/),
      AdminUrl: expect.stringMatching(/\/api\/v1$/),
      QueuePrefix: 'postrider-dev-',
    });
  });

  it('its admin API takes signed requests, found by the outputs of the stack', async () => {
    admin = await openAdminClient({ env: 'dev' }, process.env);
    expect(admin.api).toBe(outputs['postrider-dev']?.['AdminUrl']);
    acme = await registerAcme(admin);
    expect(acme.callbackUrl).toBe(`${outputs['postrider-dev']?.['CallbackBase']}/callbacks/acme-cc-1`);
    expect(acme.queueUrl).toMatch(/\/postrider-dev-[^/]+\.fifo$/);
    await ensureCanary(admin);
    const audit = await admin.must('GET', '/audit');
    expect((audit['items'] as { who: string }[])[0]?.who).toMatch(/^arn:aws:/);
  });

  it('a signed callback becomes state', async () => {
    await send(debit('early', 'PENDING'));
    expect(await state('early', 'PENDING')).toMatchObject({ merchantId: 'acme', kind: 'debit', version: 1 });
    await send(debit('early', 'OK'));
    expect(await state('early', 'FINISHED')).toMatchObject({ version: 2, proven: true });
  });

  it('a repeat is acknowledged and stored once; a forged one and an unknown connector are refused', async () => {
    const body = debit('early', 'OK');
    await send(body);
    const digest = createHash('sha256').update(body).digest('hex');
    expect((await storedDigests()).filter((one) => one === digest)).toHaveLength(1);
    expect((await post(acme.callbackUrl, debit('forged'), 'another secret')).status).toBe(401);
    expect((await post(acme.callbackUrl.replace('acme-cc-1', 'nobody'), debit('forged'))).status).toBe(404);
    await pause(1_000);
    expect(await transaction('forged')).toBeUndefined();
    expect(await transaction('early')).toMatchObject({ version: 2 });
  });

  it('an unsigned request to the admin API is served nothing; a read token opens its subscription’s events', async () => {
    const get = (path: string, headers = {}) => loopbackFetch(`${admin.api}${path}`, { headers });
    expect([401, 403]).toContain((await get('/merchants')).status);
    expect([401, 403]).toContain((await get('/merchants', { authorization: 'Bearer guessed' })).status);
    const events = '/merchants/acme/subscriptions/main/events?subject=transaction/early';
    expect((await get(events, { authorization: 'Bearer guessed' })).status).toBe(401);
    expect((await get(events, { authorization: `Bearer ${acme.readToken}` })).status).toBe(200);
  });

  it('events come to the merchant’s consumer, each subject’s in order, none twice', async () => {
    await pause(acme.activeFrom.getTime() - Date.now());
    const ids = ['e1', 'e2', 'e3', 'e4', 'e5'];
    for (const result of ['PENDING', 'OK'] as const) for (const id of ids) await send(debit(id, result));
    // Its first event for this subscription: the two before were made before the subscription was in force.
    await send(debit('early', 'OK', { purchaseId: 'late' }));
    await consumeUntil(11);
    expect(faultsOf(events())).toEqual([]);
    for (const id of ids) {
      const types = received.filter(({ subject }) => subject === `transaction/${id}`).map(({ type }) => type);
      expect(types).toEqual(['payment.debit.pending', 'payment.debit.finished']);
    }
    expect(received.filter(({ subject }) => subject === 'transaction/early')).toHaveLength(1);
  });

  it('npm run smoke -- --env dev sees its canary through, with no more rights than its page names', async () => {
    const adminApiId = new URL(admin.api).hostname.split('.')[0] ?? '';
    operator = { ...aws.env, ...(await createOperator(aws, REGION, adminApiId)) };
    const { code, stdout, stderr } = await cli('smoke.ts', ['--env', 'dev', '--non-utf8'], operator);
    console.log(stdout);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {8}event payment\.debit\.finished on the queue/m);
    expect(stdout).toMatch(/^Not shown: what Amazon’s HTTP API hands over/m);
  });

  it('a request signed with another secret is refused, and the command says whose fault it is', async () => {
    const other = { ...operator, AWS_SECRET_ACCESS_KEY: 'another' };
    const byUrl = await cli('smoke.ts', ['--api', admin.api, '--region', REGION], other);
    expect([byUrl.code, byUrl.stdout]).toEqual([2, '']);
    expect(byUrl.stderr).toMatch(/answered 403: .*these AWS credentials may not call it/);
    const byEnv = await cli('smoke.ts', ['--env', 'dev'], other);
    expect([byEnv.code, byEnv.stdout]).toEqual([2, '']);
    expect(byEnv.stderr).toMatch(/AWS refuses these credentials \(SignatureDoesNotMatch\)/);
  });

  it('npm run redrive -- --env dev applies all again, and no merchant notices', async () => {
    const { code, stdout, stderr } = await cli('redrive.ts', ['--from', '2020-01-01', '--env', 'dev'], operator);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/callbacks applied again \(0 failed\)/);
    await consumeUntil(11);
  });

  it('what a queue refuses is parked, and comes in order once the queue takes it', async () => {
    const sqs = sqsClient(aws.endpoint, REGION);
    const deny = { Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
    const policy = (Policy: string) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl: acme.queueUrl, Attributes: { Policy } }));
    await policy(JSON.stringify({ Version: '2012-10-17', Statement: [deny] }));
    await send(debit('parked', 'PENDING'));
    await send(debit('parked', 'OK'));
    const parked = await eventually(20_000, async () => {
      const { items } = await admin.must('GET', '/parked');
      return (items as { subject: string }[]).find(({ subject }) => subject === 'transaction/parked');
    });
    expect(parked).toMatchObject({ merchantId: 'acme', subscriptionId: 'main', lastError: 'AccessDenied' });
    await policy('');
    sqs.destroy();
    expect(await admin.must('POST', '/parked/acme/main/redrive')).toEqual({ released: 1 });
    await consumeUntil(13, 150_000);
    expect(faultsOf(events())).toEqual([]);
    expect(await admin.must('GET', '/parked')).toMatchObject({ items: [] });
  });
});

describe('connectors under control', () => {
  it('imported as IXOPAY writes it down, its secret rotated, what was refused explained and taken in', async () => {
    await importRotateAndAccept(admin, outputs['postrider-dev']?.['CallbackBase'] ?? '');
  });

  it('a merchant comes by its role, and sees its own', async () => {
    const adminApiId = new URL(admin.api).hostname.split('.')[0] ?? '';
    const merchant = { ...aws.env, ...(await assumeMerchantRole(aws, adminApiId)) };
    const get = async (path: string) => {
      const { stdout, stderr } = await cli('api.ts', [path, '--api', admin.api, '--region', REGION], merchant);
      const refused = /was answered (\d{3})/.exec(stderr)?.[1];
      return { status: Number(refused ?? 200), text: stdout + stderr };
    };
    const own = await get('/transactions/acme-cc-1/early');
    expect(own.status, own.text).toBe(200);
    expect(own.text).toContain('"merchantId": "acme"');
    const connectors = await get('/connectors');
    expect(connectors.text).toContain('acme-cc-1');
    expect(connectors.text).not.toContain('rotor');
    for (const path of ['/merchants/rotor', '/connectors/CO-1234-1234-1234-1234-1234-1234', '/status']) {
      expect((await get(path)).status).toBe(404);
    }
  });
});

describeAllGateways(() => ({ aws, admin, region: REGION }));

describe('a new release', () => {
  it('loses no callback that arrives while it is deployed', async () => {
    const before = await whatIsThere(aws, REGION);
    let isDeployed = false;
    let count = 0;
    const stream = (async () => {
      while (!isDeployed) {
        const id = `during-${count}`;
        count += 1;
        // As a gateway: what is not acknowledged comes again.
        await eventually(30_000, () =>
          send(debit(id)).then(
            () => true,
            () => undefined,
          ),
        );
        await pause(50);
      }
    })();
    for (const name of ['receive', 'apply', 'relay', 'confirm', 'reconcile']) {
      project.edit(
        `functions/${name}/handler.ts`,
        (text) => `${text}\nprocess.stdout.write('');\nperformance.now();\n`,
      );
    }
    await project.deploy('dev');
    isDeployed = true;
    await stream;
    const after = await whatIsThere(aws, REGION);
    for (const name of ['receive', 'apply', 'relay', 'confirm', 'reconcile']) {
      expect(after.functions[`postrider-dev-${name}`]).not.toBe(before.functions[`postrider-dev-${name}`]);
    }
    expect(count).toBeGreaterThan(20);
    await send(debit('after', 'OK'));
    await state('after', 'FINISHED');
    // Everyone's event came too, those of the old release and of the new.
    await consumeUntil(13 + count + 1);
    expect(faultsOf(events())).toEqual([]);
    const stored = new Set(await storedDigests());
    expect([...acknowledged.keys()].filter((digest) => !stored.has(digest))).toEqual([]);
    console.log(`${count} callbacks arrived during the deployment, ${acknowledged.size} acknowledged in all`);
  });
});

describeEachMinute(() => ({ aws, admin, region: REGION }));

describe('npx cdk destroy -c env=dev', () => {
  it('leaves nothing of dev but what merchants hold', async () => {
    await project.destroy('dev');
    const { queues, buckets, ...left } = await whatIsThere(aws, REGION);
    expect(left).toEqual({
      stacks: ['CDKToolkit'],
      functions: {},
      streamMappings: [],
      apis: [],
      schedules: [],
      logGroups: [],
      tables: [],
    });
    expect(buckets.filter((name) => name.includes('postrider'))).toEqual([]);
    // Queues that Postrider made at run time hold events that merchants may not have read yet: they stay.
    expect(queues.filter((url) => !url.includes('/postrider-dev-'))).toEqual([]);
    await expect(post(acme.callbackUrl, debit('gone'))).resolves.toMatchObject({ status: 404 });
    await expect(openAdminClient({ env: 'dev' }, process.env)).rejects.toThrow('there is no stack postrider-dev');
  });
});
