import { describe, expect, it } from 'vitest';
import type { Route } from '#shared/http/route.ts';
import { ACCESS, type MerchantAccess, type Request } from './access-table.ts';
import { createAccessWorld } from './access-world.ts';

const { fixture, token } = await createAccessWorld();
const { routes } = fixture;

const merchantRoutes = routes.flatMap((route): (MerchantAccess & { route: Route; operationId: string })[] => {
  const access = ACCESS[route.operationId];
  return access === undefined || typeof access === 'string'
    ? []
    : [{ ...access, route, operationId: route.operationId }];
});

const ask = (route: Pick<Route, 'method'>, { target, json }: Request, bearer = token) =>
  fixture.call(route.method, target, { token: bearer, ...(json === undefined ? {} : { json }) });

/** A path of the route that names what is the merchant's own. */
function ownPath({ path, body }: Route): Request {
  const target = path
    .replace('{merchantId}', 'acme')
    .replace('{connectorId}', 'acme-cc-1')
    .replace('{subscriptionId}', 'main')
    .replace('{callbackId}', encodeURIComponent('acme-cc-1:tx-1'))
    .replace(/\{\w+\}/g, '1');
  return { target, ...(body.safeParse(undefined).success ? {} : { json: {} }) };
}

describe('who may call what', () => {
  it('is said of every route, in test/admin-api/access-table.ts, and of nothing else', () => {
    const unanswered = routes.map(({ operationId }) => operationId).filter((id) => ACCESS[id] === undefined);
    expect(unanswered).toEqual([]);
    const gone = Object.keys(ACCESS).filter((id) => routes.every(({ operationId }) => operationId !== id));
    expect(gone).toEqual([]);
  });

  it.each(routes)('$operationId declares it so', ({ operationId, auth, merchantView }) => {
    const access = ACCESS[operationId];
    if (typeof access === 'string') expect({ auth, merchantView }).toEqual({ auth: access, merchantView: undefined });
    else
      expect({ isFor: ['merchant', 'subscription'].includes(auth), isNarrowed: merchantView !== undefined }).toEqual({
        isFor: true,
        isNarrowed: true,
      });
  });

  it.each(routes.filter(({ operationId }) => ACCESS[operationId] === 'operator'))(
    '$operationId: a merchant is told 404, of its own things too, and nothing changes',
    async (route) => {
      const before = (await fixture.stores.registry.audit({ limit: 500 })).items.length;
      const answer = await ask(route, ownPath(route));
      expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
      expect(answer.text).not.toContain('acme');
      expect((await fixture.stores.registry.audit({ limit: 500 })).items).toHaveLength(before);
    },
  );

  it.each(merchantRoutes)('$operationId: a merchant is shown its own', async ({ route, own, status }) => {
    const answer = await ask(route, own);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/other/);
  });

  it.each(merchantRoutes)(
    '$operationId: of another merchant’s things it is told what it is told of none',
    async (one) => {
      expect(one.others.length).toBeGreaterThan(0);
      const answers = await Promise.all(one.others.map((request) => ask(one.route, request)));
      for (const answer of answers) expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } });
      expect(answers.map(({ text }) => text).join()).not.toMatch(/Name of other|key-of-other/);
    },
  );

  it.each(merchantRoutes)('$operationId: an operator is shown the other’s', async ({ route, others }) => {
    const answers = await Promise.all(others.map((request) => ask(route, request, 'operator-token-of-the-test')));
    // What is there for operators is why the merchant's 404 says something.
    expect(answers.some(({ status }) => status < 300)).toBe(true);
  });

  it.each(merchantRoutes.filter(({ lists }) => lists))(
    '$operationId: lists hold its own and all of it',
    async (one) => {
      const items = async (bearer?: string) =>
        ((await ask(one.route, one.own, bearer)).json as { items: Record<string, unknown>[] }).items;
      const mine = await items();
      expect(mine.length).toBeGreaterThan(0);
      expect(mine.every((item) => item['merchantId'] === 'acme')).toBe(true);
      expect(mine).toEqual((await ownOf(one)).slice(0, mine.length));
    },
  );

  /** As an operator sees the merchant's. */
  async function ownOf({ route, own }: (typeof merchantRoutes)[number]): Promise<unknown[]> {
    const target = 'merchantId' in route.query.shape ? `${own.target}?merchantId=acme` : own.target;
    const { json } = await ask(route, { target }, 'operator-token-of-the-test');
    const { items } = json as { items: Record<string, unknown>[] };
    return route.operationId === 'listConnectors' ? items.map(asOwn) : items;
  }

  it('of its own connector a merchant sees neither settings nor secrets', async () => {
    const { json, text } = await ask({ method: 'GET' }, { target: '/connectors/acme-cc-1' });
    expect(text).not.toContain('key-of-acme');
    expect(Object.keys(json as object).sort()).toEqual(Object.keys(asOwn({})).sort());
    expect(json).toMatchObject({ callbackUrl: 'https://postrider.example/callbacks/acme-cc-1' });
  });

  it('exports are narrowed as lists are', async () => {
    const answer = await fixture.call('GET', '/transactions', { token, headers: { accept: 'text/csv' } });
    expect(answer.text).toContain('acme-cc-1');
    expect(answer.text).not.toContain('other');
  });

  it('what a merchant did is in its own audit, and an operator’s acts are not', async () => {
    await ask({ method: 'POST' }, { target: '/merchants/acme/subscriptions/main/test' });
    const { items } = (await ask({ method: 'GET' }, { target: '/audit' })).json as { items: { who: string }[] };
    expect(items[0]).toMatchObject({ what: 'subscription.test', changes: [{ field: 'taken', after: true }, {}] });
    expect(items.some(({ who }) => who === 'operator')).toBe(false);
    const all = (await fixture.call('GET', '/audit')).json as { items: { who: string }[] };
    expect(all.items.some(({ who }) => who === 'operator')).toBe(true);
  });

  it('a filter given twice is refused, not guessed at', async () => {
    const twice = await ask({ method: 'GET' }, { target: '/transactions?merchantId=acme&merchantId=other' });
    expect(twice).toMatchObject({ status: 400, json: { code: 'invalid_query' } });
  });
});

const OWN_MEMBERS = [
  ...['connectorId', 'merchantId', 'gateway', 'name', 'testMode', 'active', 'archived', 'callbackUrl'],
  ...['version', 'createdAt', 'updatedAt'],
];

function asOwn(item: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(OWN_MEMBERS.map((name) => [name, item[name]]));
}
