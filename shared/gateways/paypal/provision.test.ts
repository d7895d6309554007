import { describe, expect, it } from 'vitest';
import type { OutboundResult } from '../outbound.ts';
import type { ProvisionConnector } from '../provision.ts';
import { ASKED_AT, answer, standIn, trouble } from './api.testing.ts';
import { provision } from './provision.ts';

const LIST = 'GET /v1/notifications/webhooks';
const URL_OURS = 'https://hooks.acme.example/callbacks/acme-paypal';
const all = [{ name: '*', status: 'ENABLED' }];
const webhook = (id: string, url: string, event_types: readonly object[] = all) => ({ id, url, event_types });

const connector: ProvisionConnector = {
  connectorId: 'acme-paypal',
  merchantId: 'acme',
  testMode: true,
  callbackUrl: URL_OURS,
  settings: { environment: 'sandbox', clientId: 'app-of-a-test', webhookId: 'HOOK1' },
};

async function run(
  routes: Readonly<Record<string, OutboundResult>>,
  over: Partial<ProvisionConnector> = {},
  dryRun = false,
  own: Readonly<Record<string, string>> = { clientSecret: 'secret-of-a-test' },
) {
  if (!provision.can) throw new Error('PayPal can be provisioned');
  const api = standIn(routes);
  const deps = { http: api.http, now: () => ASKED_AT };
  const outcome = await provision.provision(deps, { ...connector, ...over }, { own, document: {} }, { dryRun });
  expect(JSON.stringify(outcome)).not.toMatch(/secret-of-a-test|token-1/);
  return { outcome, ...api };
}

const listed = (...webhooks: readonly object[]) => ({ [LIST]: answer(200, { webhooks }) });
const created = { 'POST /v1/notifications/webhooks': answer(201, webhook('HOOK2', URL_OURS)) };
const patched = { 'PATCH /v1/notifications/webhooks/HOOK1': answer(200, webhook('HOOK1', URL_OURS)) };

describe('the webhook of the app', () => {
  it('is made where there is none, and its id is stored', async () => {
    const { outcome, requests } = await run({ ...listed(webhook('OTHER', 'https://elsewhere.example/')), ...created });
    expect(outcome).toMatchObject({ outcome: 'provisioned', obtained: { settings: { webhookId: 'HOOK2' } } });
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toEqual({ url: URL_OURS, event_types: [{ name: '*' }] });
    expect(requests.at(-1)).toMatchObject({ method: 'POST', idempotent: false });
  });

  it('is found by its URL where its id is not known', async () => {
    const { outcome, asked } = await run(listed(webhook('HOOK7', URL_OURS)), {
      settings: { ...connector.settings, webhookId: undefined },
    });
    expect(outcome).toMatchObject({ outcome: 'provisioned', obtained: { settings: { webhookId: 'HOOK7' } } });
    expect(asked()).toEqual(['POST /v1/oauth2/token', LIST]);
  });

  it('is changed where its URL or its events differ', async () => {
    const some = [{ name: 'PAYMENT.SALE.COMPLETED' }];
    const { outcome, requests } = await run({ ...listed(webhook('HOOK1', 'https://old.example/', some)), ...patched });
    expect(outcome).toMatchObject({ outcome: 'provisioned' });
    expect(outcome).not.toHaveProperty('obtained');
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toEqual([
      { op: 'replace', path: '/url', value: URL_OURS },
      { op: 'replace', path: '/event_types', value: [{ name: '*' }] },
    ]);
  });

  it('is left alone where it is as it should be', async () => {
    const { outcome, asked } = await run(listed(webhook('HOOK1', URL_OURS)));
    expect(outcome).toMatchObject({ outcome: 'provisioned' });
    expect(asked()).toEqual(['POST /v1/oauth2/token', LIST]);
  });

  it('is only shown in a dry run', async () => {
    const { outcome, asked } = await run({ ...listed(), ...created }, {}, true);
    expect(outcome).toMatchObject({
      outcome: 'shown',
      request: {
        method: 'POST',
        url: 'https://api-m.sandbox.paypal.com/v1/notifications/webhooks',
        headers: { authorization: 'Bearer ***' },
        body: { url: URL_OURS },
      },
    });
    expect(asked()).toEqual(['POST /v1/oauth2/token', LIST]);
  });
});

describe('trouble', () => {
  it('what is missing is named, and nothing is sent', async () => {
    const { outcome, asked } = await run(
      {},
      { settings: {}, callbackUrl: 'http://localhost:8787/callbacks/x' },
      false,
      {},
    );
    expect(outcome).toMatchObject({
      outcome: 'incomplete',
      problems: [{ field: '/settings/clientId' }, { field: '/secrets/clientSecret' }, { field: '/callbackUrl' }],
    });
    expect(asked()).toEqual([]);
  });

  it.each([
    ['credentials that are none', { 'POST /v1/oauth2/token': answer(401, {}) }, 'gateway_unauthorized', 'no'],
    ['a token that never comes', { 'POST /v1/oauth2/token': trouble('timeout') }, 'gateway_answer_unexpected', 'no'],
    ['a list that may not be read', { [LIST]: answer(403, {}) }, 'gateway_unauthorized', 'no'],
    ['a list that is none', { [LIST]: answer(200, {}) }, 'gateway_answer_unexpected', 'no'],
    ['a list that never comes', { [LIST]: trouble('timeout') }, 'timeout', 'no'],
    [
      'a URL that is taken',
      { 'POST /v1/notifications/webhooks': answer(400, { name: 'WEBHOOK_URL_ALREADY_EXISTS' }) },
      'gateway_value_not_allowed',
      'no',
    ],
    [
      'too many webhooks',
      { 'POST /v1/notifications/webhooks': answer(400, { name: 'WEBHOOK_NUMBER_LIMIT_EXCEEDED' }) },
      'gateway_value_not_allowed',
      'no',
    ],
    [
      'a request that is refused',
      { 'POST /v1/notifications/webhooks': answer(400, {}) },
      'gateway_invalid_request',
      'no',
    ],
    ['a gateway that is busy', { 'POST /v1/notifications/webhooks': answer(429, {}) }, 'gateway_busy', 'no'],
    ['an error', { 'POST /v1/notifications/webhooks': answer(500, {}) }, 'gateway_internal_error', 'unknown'],
    [
      'an answer without an id',
      { 'POST /v1/notifications/webhooks': answer(201, {}) },
      'gateway_answer_unexpected',
      'unknown',
    ],
    ['no answer', { 'POST /v1/notifications/webhooks': trouble('timeout') }, 'timeout', 'unknown'],
  ])('%s', async (_, routes, code, changed) => {
    const { outcome } = await run({ ...listed(), ...routes });
    expect(outcome).toMatchObject({ outcome: 'failed', code, changed });
  });
});
