import { describe, expect, it } from 'vitest';
import type { Subscription } from '#shared/registry/records.ts';
import { tokenDigest } from '#shared/registry/token-digest.ts';
import { type Authentication, authenticationByEdge, authenticationByToken } from './authentication.ts';
import { authorize } from './authorize.ts';
import { createTokenBuckets } from './rate-limit.ts';
import type { RouteAuth } from './route.ts';

const ARN = 'arn:aws:iam::123456789012:user/ops';
const clock = { now: () => new Date('2026-01-15T09:30:00.000Z') };
const token = authenticationByToken({
  operatorTokenSha256: tokenDigest('operator-token'),
  tokens: { tokensOf: async () => undefined },
  clock,
});
const edge = authenticationByEdge({ account: '123456789012', operators: ['user/ops'], merchants: {} });
const rate = { perSecond: 1_000, burst: 1_000 };
const rateLimits = { limiter: createTokenBuckets(clock), operator: rate, subscription: rate };
const SUBSCRIPTION: Subscription = {
  merchantId: 'acme',
  subscriptionId: 'main',
  queue: { url: 'q', fifo: true, managed: true },
  entries: [],
  paused: false,
  readTokenSha256: tokenDigest('read-token'),
  version: 1,
  createdAt: '',
  updatedAt: '',
};

interface Sent {
  readonly authorization?: string;
  readonly caller?: string;
}

async function ask(authentication: Authentication, auth: RouteAuth, sent: Sent, subscriptionId = 'main') {
  const registry = {
    subscription: async (merchantId: string, id: string) =>
      merchantId === 'acme' && id === 'main' ? SUBSCRIPTION : undefined,
    merchant: async () => undefined,
  };
  const { authorization, caller } = sent;
  const answer = await authorize(
    { registry, authentication, rateLimits },
    { auth },
    { merchantId: 'acme', subscriptionId },
    {
      headers: authorization === undefined ? {} : { authorization },
      ...(caller === undefined ? {} : { caller: { kind: 'iam', arn: caller } }),
    },
  );
  return answer.ok ? answer.principal.who : answer.answer.status;
}

describe('authorize', () => {
  it.each([
    ['the token', { authorization: 'Bearer operator-token' }, 'operator'],
    ['another token', { authorization: 'Bearer other' }, 401],
    ['a read token', { authorization: 'Bearer read-token' }, 401],
    ['nothing', {}, 401],
    ['Basic', { authorization: 'Basic b3BlcmF0b3ItdG9rZW4=' }, 401],
    ['a caller that an edge names', { caller: ARN }, 401],
    ['an empty token', { authorization: 'Bearer ' }, 401],
  ])('embedded home, operator route: %s', async (_what, sent, expected) => {
    expect(await ask(token, 'operator', sent)).toBe(expected);
  });

  it.each([
    ['the IAM caller', { caller: ARN }, ARN],
    ['the IAM caller with a signature', { caller: ARN, authorization: 'AWS4-HMAC-SHA256 Credential=…' }, ARN],
    ['a signature alone', { authorization: 'AWS4-HMAC-SHA256 Credential=…' }, 401],
    ['an empty caller', { caller: '' }, 401],
    ['a bearer token', { authorization: 'Bearer operator-token' }, 401],
    ['a read token', { authorization: 'Bearer read-token' }, 401],
    ['nothing', {}, 401],
  ])('AWS, operator route: %s', async (_what, sent, expected) => {
    expect(await ask(edge, 'operator', sent)).toBe(expected);
  });

  it.each([
    ['embedded', token],
    ['AWS', edge],
  ])('%s: a read token opens its own subscription and no other', async (_home, home) => {
    const sent = { authorization: 'Bearer read-token' };
    expect(await ask(home, 'subscription', sent)).toBe('subscription acme/main');
    expect(await ask(home, 'subscription', sent, 'other')).toBe(401);
    expect(await ask(home, 'subscription', { authorization: 'Bearer wrong' })).toBe(401);
    expect(await ask(home, 'open', {})).toBe('anybody');
  });

  it('the operator reads the events of every subscription', async () => {
    expect(await ask(edge, 'subscription', { caller: ARN }, 'other')).toBe(ARN);
    expect(await ask(token, 'subscription', { authorization: 'Bearer operator-token' }, 'other')).toBe('operator');
  });

  it('says what to send, in the words of the home', async () => {
    const registry = { subscription: async () => undefined, merchant: async () => undefined };
    const answer = await authorize(
      { registry, authentication: edge, rateLimits },
      { auth: 'operator' },
      {},
      { headers: {} },
    );
    if (answer.ok) throw new Error('let in');
    expect(answer.answer.headers['www-authenticate']).toBe('Bearer realm="postrider"');
    expect(String(answer.answer.body)).toContain('Signature Version 4');
    expect(token.cure).toContain('Bearer <token>');
  });
});
