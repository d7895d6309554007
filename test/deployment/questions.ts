import { expect } from 'vitest';
import { postCallback } from '#local/http/post-callback.ts';
import type { AdminClient } from '../../cli/admin-client.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { debit } from '../integration/callbacks.ts';
import { MERCHANT, registerIxopay } from './all-gateways.ts';
import { eventually } from './deployed.ts';

const SECRET = 'secret of connectors that are asked';
const HOUR_MS = 3_600_000;
/** Less than the minute of the schedules: what comes within it, most likely did not come by them. */
const AT_ONCE_MS = 20_000;
const WITHIN_MS = 60_000;

/** age-curve.ts: so long after its due time a payment is asked about first. */
const FIRST_ASK_MS = 5 * 60_000;
const COMES = 'gates-comes';

type Shown = Readonly<Record<string, unknown>>;

/** A question about the connector as GET /confirmations shows it: one that waits or was given up, or is `done`. */
export async function question(
  admin: AdminClient,
  connectorId: string,
  reason: string,
  isIt: (question: Shown) => boolean,
  { limitMs = AT_ONCE_MS, done = false } = {},
): Promise<Shown> {
  let seen: unknown;
  const found = await eventually(limitMs, async () => {
    const query = `connectorId=${connectorId}${done ? '&state=done' : ''}`;
    const { items } = await admin.must('GET', `/confirmations?${query}`);
    seen = items;
    return (items as Shown[]).find((one) => one['reason'] === reason && isIt(one));
  });
  if (found === undefined) throw new Error(`no such question (${reason}): ${JSON.stringify(seen)}`);
  return found;
}

/** It was asked, and the gateway was not there. */
export function isDown({ attempts, lastOutcome }: Shown): boolean {
  return Number(attempts) >= 1 && lastOutcome === 'down';
}

/** Signs and posts an IXOPAY callback with this date. */
async function post(callbackUrl: string, body: string, date: Date): Promise<void> {
  const { pathname } = new URL(callbackUrl);
  const callback = signedCallback(pathname, body, date.toUTCString(), SECRET);
  const answer = await postCallback(new URL(callbackUrl), { ...callback, uri: pathname });
  expect(answer).toEqual({ status: 200, body: 'OK' });
}

/** Two callbacks say the opposite: the gateway is asked what is true. */
export async function askAboutContradiction(admin: AdminClient): Promise<void> {
  const url = await registerIxopay(admin, 'gates-contradicts', SECRET, true);
  const date = new Date();
  for (const result of ['OK', 'ERROR'] as const) await post(url, debit('torn', result), date);
  const asked = await question(admin, 'gates-contradicts', 'contradictory', isDown);
  expect(asked).toMatchObject({ merchantId: MERCHANT, subject: 'transaction/torn', state: 'waiting' });
  expect(asked['causeId']).toMatch(/^gates-contradicts:/);
}

/** A merchant expects a payment that nobody knows: it is looked for here and at the gateway. */
export async function askAboutExpected(admin: AdminClient, connectorId: string): Promise<void> {
  const due = new Date(Date.now() - HOUR_MS).toISOString();
  const expected = { connectorId, merchantReference: 'order-nobody-knows', due };
  expect(await admin.must('POST', '/transactions', expected)).toMatchObject({ effect: 'expected', due });
  const asked = await question(admin, connectorId, 'expected', isDown);
  expect(asked).toMatchObject({ merchantReference: 'order-nobody-knows', state: 'waiting', due });
}

/** A payment waits since yesterday: reconcile, called as the scheduler does, puts the question, and confirm asks it. */
export async function askAboutOverdue(admin: AdminClient, reconcile: () => Promise<unknown>): Promise<void> {
  const url = await registerIxopay(admin, 'gates-overdue', SECRET, true);
  await post(url, debit('late', 'PENDING'), new Date(Date.now() - 24 * HOUR_MS));
  await known(admin, '/transactions/gates-overdue/late', { status: 'PENDING' });
  await reconcile();
  const asked = await question(admin, 'gates-overdue', 'overdue', isDown);
  expect(asked).toMatchObject({ subject: 'transaction/late', state: 'waiting' });
  // Taken out of the index of due times: it is not put again.
  expect(await reconcile()).toMatchObject({ overdue: 0 });
}

/** Beyond the horizon, of a gateway that nobody can ask: our own conclusions enter the inbox and become state. */
export async function concludeWithoutAnswer(admin: AdminClient, reconcile: () => Promise<unknown>): Promise<void> {
  const connectorId = 'gates-silent';
  const url = await registerIxopay(admin, connectorId, SECRET, false);
  const longAgo = new Date(Date.now() - 30 * 24 * HOUR_MS);
  await post(url, debit('forgotten', 'PENDING'), longAgo);
  await known(admin, `/transactions/${connectorId}/forgotten`, { status: 'PENDING' });
  await reconcile();
  await known(admin, `/transactions/${connectorId}/forgotten`, { status: 'PENDING', unresolved: true, version: 2 });
  await question(
    admin,
    connectorId,
    'overdue',
    ({ state, lastOutcome }) => state === 'given_up' && lastOutcome === 'cannot',
  );

  const expected = { connectorId, merchantReference: 'order-never-came', due: longAgo.toISOString() };
  await admin.must('POST', '/transactions', expected);
  const notice = await eventually(AT_ONCE_MS, async () => {
    const { items } = await admin.must('GET', `/notices?connectorId=${connectorId}`);
    return (items as Shown[])[0];
  });
  expect(notice).toMatchObject({ reason: 'expectation_missing' });
  expect(notice?.['detail']).toContain('order-never-came');
  const { items } = await admin.must('GET', `/callbacks?connectorId=${connectorId}`);
  expect((items as Shown[]).map(({ source }) => source).sort()).toEqual(['own', 'own', 'pushed']);
}

/** Its question is due in some seconds, when the payment is there: no stream shows that, only the minute's call. */
export async function expectWhatComes(admin: AdminClient): Promise<void> {
  const url = await registerIxopay(admin, COMES, SECRET, true);
  const due = new Date(Date.now() - FIRST_ASK_MS + 10_000).toISOString();
  const expected = { connectorId: COMES, merchantReference: 'order-comes', due };
  expect(await admin.must('POST', '/transactions', expected)).toMatchObject({ effect: 'expected', state: 'waiting' });
  await post(url, debit('comes'), new Date());
}

/** What no stream asks: questions that have become due, and those whose gateway was down. */
export async function askedEachMinute(admin: AdminClient): Promise<void> {
  const limitMs = 90_000;
  await question(admin, 'gates-contradicts', 'contradictory', ({ attempts }) => Number(attempts) >= 2, { limitMs });
  const ended = await question(admin, COMES, 'expected', () => true, { limitMs, done: true });
  expect(ended).toMatchObject({ lastOutcome: 'nothing_to_ask', attempts: 0 });
}

/** Until the admin API shows it so. */
export async function known(admin: AdminClient, path: string, state: Shown): Promise<void> {
  let seen = '';
  const found = await eventually(WITHIN_MS, async () => {
    const { status, text } = await admin.call('GET', path);
    seen = `${status} ${text}`;
    if (status !== 200) return undefined;
    const shown = JSON.parse(text) as Shown;
    return isLike(shown, state) ? shown : undefined;
  });
  if (found === undefined) throw new Error(`${path} is not ${JSON.stringify(state)}: ${seen}`);
}

function isLike(shown: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return shown === wanted;
  return Object.entries(wanted).every(([name, value]) => isLike(Object(shown)[name], value));
}
