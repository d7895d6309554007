import { describe, expect, it } from 'vitest';
import { paymentEvent, paymentEvents } from '../../test/consumer/payment-event.ts';
import { API, READ_TOKEN, subscriptionApi } from '../../test/consumer/subscription-api.ts';
import { eventsApi } from './events-api.ts';

const ADDRESS = { connectorId: 'acme-cc-1', subject: 'transaction/p1' };

function given(pageSize = 2) {
  const server = subscriptionApi(pageSize);
  const api = eventsApi(API, { fetch: server.fetch, timeoutMs: 1000 });
  const versions = async (from: number): Promise<number[]> => {
    const found: number[] = [];
    for await (const event of api.eventsFrom(ADDRESS, from)) found.push(Number(event.sequence));
    return found;
  };
  return { server, api, versions };
}

describe('eventsFrom', () => {
  it('reads all pages, not only the first', async () => {
    const { server, versions } = given();
    server.delivered.push(...paymentEvents(5), ...paymentEvents(3, 'p2'));
    expect(await versions(2)).toEqual([2, 3, 4, 5]);
    expect(server.requests).toEqual([
      '/api/v1/merchants/acme/subscriptions/main/events?connectorId=acme-cc-1&subject=transaction%2Fp1&from=2&limit=100',
      '/api/v1/merchants/acme/subscriptions/main/events?connectorId=acme-cc-1&subject=transaction%2Fp1&from=2&limit=100&cursor=2',
    ]);
  });

  it('reads no further page than it is asked for', async () => {
    const { server, api } = given();
    server.delivered.push(...paymentEvents(50));
    for await (const event of api.eventsFrom(ADDRESS, 1)) if (event.sequence === '0000000002') break;
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [new TypeError('fetch failed'), 'api_unreachable', true],
    [401, 'api_unauthorized', false],
    [403, 'api_unauthorized', false],
    [404, 'api_refused', false],
    [400, 'api_refused', false],
    [429, 'api_failed', true],
    [500, 'api_failed', true],
    [503, 'api_failed', true],
  ])('%s is %s, retryable %s, and shows no token', async (failure, code, retryable) => {
    const { server, versions } = given();
    server.fail(failure);
    const error: unknown = await versions(1).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConsumerError', code, retryable });
    expect(String(error)).not.toContain(READ_TOKEN);
  });

  it.each([
    '<html>',
    '{}',
    '[]',
    '{"items":{}}',
    '{"items":[],"cursor":7}',
    '{"items":[{"specversion":"1.0"}],"cursor":null}',
    JSON.stringify({ items: [paymentEvent({ version: 1, id: 'p2' })], cursor: null }),
    JSON.stringify({ items: [paymentEvent({ version: 1, connectorId: 'acme-cc-2' })], cursor: null }),
  ])('an answer that is not what was asked for is api_unreadable: %.60s', async (text) => {
    const { server, versions } = given();
    server.answerText(text);
    await expect(versions(1)).rejects.toMatchObject({ code: 'api_unreadable' });
  });

  it('does not go round for ever on a cursor that repeats', async () => {
    const { server, versions } = given();
    server.answerText('{"items":[],"cursor":"again"}');
    await expect(versions(1)).rejects.toMatchObject({ code: 'api_unreadable' });
    expect(server.requests).toHaveLength(2);
  });
});
