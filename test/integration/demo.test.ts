import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { GATEWAY_NAMES } from '#shared/gateways/gateway-names.ts';
import { operatorOf, sqsClientOf, startHomeProcess, temporaryFolder, untilQuiet } from './home-process.ts';
import { drain, faultsOf, type QueuedEvent } from './queue.ts';

const EVENTS = fileURLToPath(new URL('../../events', import.meta.url));
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** All of IXOPAY's connector, and one of each other gateway. */
function samplesPlayed(): number {
  const ixopay = readdirSync(join(EVENTS, 'ixopay')).filter((name) => {
    const text = readFileSync(join(EVENTS, 'ixopay', name, 'sample.json'), 'utf8');
    return JSON.parse(text).connector.id === 'acme-cc-1';
  });
  return ixopay.length + GATEWAY_NAMES.length - 1;
}

it('an empty data folder plays the recorded callbacks once and prints each event as the queue gives it', async () => {
  const data = join(folder.path, 'data');
  const home = startHomeProcess(data, []);
  const ready = await home.ready;
  const call = operatorOf(ready);
  await expect.poll(() => home.stdout(), { timeout: 60_000 }).toMatch(/^Demo: \d+ callbacks were acknowledged/m);
  const printed = home.stdout().match(/^event .*$/gm) ?? [];
  const events = printed.map((line): QueuedEvent => JSON.parse(line.slice('event '.length)));
  expect(home.stdout()).toContain(
    `Demo: ${samplesPlayed()} callbacks were acknowledged and made ${events.length} events`,
  );
  expect(faultsOf(events)).toEqual([]);
  // Each gateway speaks, also those whose callbacks are only hints until the stand-in of their API has been asked.
  const spoke = new Set(events.map(({ data }) => data['gateway']));
  expect([...spoke].toSorted()).toEqual([...GATEWAY_NAMES].toSorted());
  expect(home.stdout()).not.toContain('was answered');
  for (const line of [`${ready.base}/callbacks/acme-cc-1`, ready.api, ready.sqsEndpoint, ready.tokenFile]) {
    expect(home.stdout()).toContain(line);
  }

  await untilQuiet(call);
  const { queueUrl } = (await call('GET', '/merchants/acme/subscriptions/main')).body;
  expect(home.stdout()).toContain(queueUrl);
  await expect.poll(async () => (await call('GET', '/merchants/acme/subscriptions/demo')).status).toBe(404);
  home.child.kill('SIGTERM');
  expect(await home.exited).toEqual({ code: 0, signal: null });
  expect(home.stderr()).toBe('');

  // On other ports: the queue's URL has moved along, and nothing is played again.
  const again = startHomeProcess(data, []);
  const moved = await again.ready;
  const after = operatorOf(moved);
  const main = (await after('GET', '/merchants/acme/subscriptions/main')).body;
  expect(main.queueUrl).toBe(queueUrl.replace(ready.sqsEndpoint, moved.sqsEndpoint));
  expect(again.stdout()).toContain(main.queueUrl);
  const client = sqsClientOf(moved);
  const kept = await drain(client, main.queueUrl);
  client.destroy();
  // The recordings are old: what is open in them is past its due time, and reconcile says so within a minute.
  const said = (list: readonly QueuedEvent[]) => list.filter(({ data }) => data['unresolved'] !== true);
  const bySubject = (list: readonly QueuedEvent[]) =>
    said(list)
      .map(({ id }) => id)
      .sort();
  expect(bySubject(kept)).toEqual(bySubject(events));
  expect(faultsOf(kept)).toEqual([]);
  expect(again.stdout()).not.toContain('Demo');
  again.child.kill('SIGTERM');
  expect((await again.exited).code).toBe(0);
});

it('behind a public URL, callback URLs carry it and its Host is welcome', async () => {
  const data = join(folder.path, 'public');
  const home = startHomeProcess(data, ['--no-demo', '--public-url', 'https://hooks.example.test/pay/']);
  const ready = await home.ready;
  const call = operatorOf(ready);
  await call('PUT', '/merchants/acme', { name: 'Acme' });
  const { body } = await call('PUT', '/connectors/acme-cc-1', {
    merchantId: 'acme',
    gateway: 'ixopay',
    name: 'Acme cards',
    testMode: true,
    active: true,
    settings: { apiKey: 'acme-cc-1' },
    secrets: { sharedSecret: 'some-secret-of-ours' },
  });
  expect(body.callbackUrl).toBe('https://hooks.example.test/pay/callbacks/acme-cc-1');
  expect(home.stdout()).toContain('https://hooks.example.test/pay/callbacks/');
  home.child.kill('SIGTERM');
  expect((await home.exited).code).toBe(0);
});
