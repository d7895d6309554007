import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post } from '../integration/callbacks.ts';
import {
  type HomeProcess,
  type Operator,
  operatorOf,
  type ReadyLine,
  startHomeProcess,
  temporaryFolder,
  untilQuiet,
} from '../integration/home-process.ts';
import { runSchemathesis } from './schemathesis.ts';

const TOKEN = 'operator-of-the-contract-test';
const folder = temporaryFolder();
let home: HomeProcess;
let ready: ReadyLine;
let call: Operator;
let operations: readonly string[];
let merchantToken: string;

beforeAll(async () => {
  // With the demo's recorded callbacks: all kinds of subjects.
  home = startHomeProcess(`${folder.path}/data`, [], { POSTRIDER_OPERATOR_TOKEN: TOKEN });
  ready = await home.ready;
  call = operatorOf(ready);
  await untilQuiet(call);
  await post(ready, '{"refused":"kept for explain"}', { secret: 'another-secret-0123456789' });
  await call('PUT', '/merchants/acme', { quotas: { requestsPerSecond: 1_000 } });
  await call('PUT', '/merchants/other', {});
  await call('PUT', '/connectors/other-cc-1', { merchantId: 'other', gateway: 'ixopay' });
  const { body } = await call('POST', '/merchants/acme/tokens', { name: 'contract' });
  merchantToken = body.token;
  const document = await call('GET', '/openapi.json');
  operations = Object.values<Record<string, { operationId: string }>>(document.body.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
});
afterAll(async () => {
  home.child.kill('SIGKILL');
  await home.exited;
  folder.remove();
});

/** What is there, so that requests come past the first look-up. */
async function known(): Promise<Readonly<Record<string, readonly string[]>>> {
  const first = async (path: string, member: string): Promise<readonly string[]> => {
    const { body } = await call('GET', path);
    return (body.items as Record<string, string>[]).slice(0, 3).map((item) => item[member] ?? '');
  };
  const subjects = await Promise.all(
    ['transactions', 'schedules', 'instruments', 'notices'].map((kind) => first(`/${kind}`, 'id')),
  );
  return {
    'path.merchantId': ['acme', 'other'],
    'path.connectorId': ['acme-cc-1', 'other-cc-1'],
    'path.subscriptionId': await first('/merchants/acme/subscriptions', 'subscriptionId'),
    'path.tokenId': await first('/merchants/acme/tokens', 'tokenId'),
    'path.gatewayId': subjects.flat(),
    'path.callbackId': await first('/callbacks', 'callbackId'),
    'path.reference': await first('/transactions', 'merchantReference'),
    'path.n': ['0', '1'],
    'query.merchantId': ['acme', 'other'],
    'query.connectorId': ['acme-cc-1'],
  };
}

/** Ends what the others need. */
const ENDS = ['archiveMerchant', 'archiveConnector', 'deleteSubscription', 'revokeMerchantToken'];

describe('the admin API does what its document says, and no more', () => {
  it('for an operator, of what is there', async () => {
    const run = { api: ready.api, folder: folder.path, token: TOKEN, examples: 12 };
    const more = { leaveOut: ENDS, known: await known() };
    const outcome = await runSchemathesis({ ...run, ...more, mode: 'positive', phases: ['examples', 'fuzzing'] });
    expect(outcome.ok, outcome.text).toBe(true);
    expect(outcome.operations, outcome.text).toBe(operations.length - ENDS.length);
  });

  it('for a merchant, of its own and of others', async () => {
    const run = { api: ready.api, folder: folder.path, token: merchantToken, examples: 8 };
    const more = { leaveOut: ENDS, known: await known() };
    const outcome = await runSchemathesis({ ...run, ...more, mode: 'positive', phases: ['examples', 'fuzzing'] });
    expect(outcome.ok, outcome.text).toBe(true);
    expect(outcome.operations, outcome.text).toBe(operations.length - ENDS.length);
  });

  // The last: it archives what it finds.
  it('whatever is sent to whatever is not there', async () => {
    const run = { api: ready.api, folder: folder.path, token: TOKEN, examples: 6 };
    const outcome = await runSchemathesis({ ...run, mode: 'all', phases: ['coverage', 'fuzzing'] });
    expect(outcome.ok, outcome.text).toBe(true);
    expect(outcome.operations, outcome.text).toBe(operations.length);
    expect(outcome.cases).toBeGreaterThan(operations.length * 20);
  });
});
