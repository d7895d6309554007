import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditLog } from '#shared/registry/audit-log.ts';
import { InvalidCursorError } from '#shared/registry/page-cursor.ts';
import type {
  AuditEntry,
  AuditQuery,
  Connector,
  Merchant,
  RegistryStore,
  Subscription,
} from '#shared/registry/records.ts';
import { allPages } from './paging.ts';
import { timeAt } from './rows.ts';

export interface RegistryUnderTest {
  readonly registry: RegistryStore & AuditLog;
  reopen(): Promise<RegistryUnderTest>;
  close(): Promise<void>;
}

const times = { createdAt: timeAt(0), updatedAt: timeAt(1) };

const merchantOf = (merchantId: string, version = 1): Merchant => ({
  ...{ merchantId, name: 'Acmé', version, archived: false, ...times },
});

const connectorOf = (connectorId: string, change: Partial<Connector> = {}): Connector => ({
  connectorId,
  merchantId: 'acme',
  gateway: 'ixopay',
  name: 'Cards',
  settings: { apiKey: connectorId, nested: { list: [1, 'é', null, true] } },
  secrets: [{ keyId: 'k1', sealed: 'v1.abc.def', createdAt: timeAt(0) }],
  secretNames: ['sharedSecret'],
  testMode: true,
  active: true,
  archived: false,
  version: 1,
  ...times,
  ...change,
});

const subscriptionOf = (subscriptionId: string, change: Partial<Subscription> = {}): Subscription => ({
  merchantId: 'acme',
  subscriptionId,
  queue: { url: 'http://127.0.0.1:8788/q', fifo: true, managed: true },
  entries: [{ from: timeAt(0), filter: { types: ['payment.*'], kinds: [], connectors: [], mode: 'both' } }],
  paused: false,
  readTokenSha256: 'x',
  version: 1,
  ...times,
  ...change,
});

let audits = 0;
const auditOf = (resource: string): AuditEntry => {
  audits++;
  return {
    at: timeAt(audits),
    who: 'operator',
    what: 'put',
    resource,
    changes: [{ field: 'name', before: null, after: 'Acmé' }],
  };
};

/** What every RegistryStore must do; `makeStore` gives an empty one. */
export function describeRegistryContract(name: string, makeStore: () => Promise<RegistryUnderTest>): void {
  describe(`${name}: registry`, () => {
    let open: RegistryUnderTest;
    beforeEach(async () => {
      open = await makeStore();
    });
    afterEach(() => open.close());
    const registry = () => open.registry;

    it('gives back merchants, connectors and subscriptions as they were put, also after a restart', async () => {
      await registry().putMerchant(merchantOf('acme'), undefined, auditOf('m'));
      await registry().putConnector(connectorOf('c1'), undefined, auditOf('c'));
      await registry().putSubscription(subscriptionOf('main'), undefined, auditOf('s'));
      open = await open.reopen();
      expect(await registry().merchant('acme')).toEqual(merchantOf('acme'));
      expect(await registry().connector('c1')).toEqual(connectorOf('c1'));
      expect(await registry().subscription('acme', 'main')).toEqual(subscriptionOf('main'));
      expect(await registry().merchant('none')).toBeUndefined();
      expect(await registry().connector('c1%')).toBeUndefined();
      expect(await registry().subscription('none', 'main')).toBeUndefined();
    });

    it('keeps the configuration of every version of a connector, without secrets, also after a restart', async () => {
      const put = (row: Connector, expected: number | undefined) =>
        registry().putConnector(row, expected, auditOf('c'));
      await put(connectorOf('c1'), undefined);
      await put(connectorOf('c1', { name: 'two', version: 2 }), 1);
      expect(await put(connectorOf('c1', { name: 'late', version: 2 }), 1)).toBe('conflict');
      open = await open.reopen();
      expect(await registry().connectorVersion('c1', 1)).toEqual(connectorOf('c1', { secrets: [] }));
      expect(await registry().connectorVersion('c1', 2)).toEqual(
        connectorOf('c1', { name: 'two', version: 2, secrets: [] }),
      );
      expect(await registry().connectorVersion('c1', 3)).toBeUndefined();
      expect(await registry().connectorVersion('none', 1)).toBeUndefined();
      expect((await registry().connector('c1'))?.secrets).toHaveLength(1);
    });
    describeConditions(registry);
    describeLists(registry);
  });
}

function describeConditions(registry: () => RegistryStore & AuditLog): void {
  it('writes on condition of the version that was read; a conflict changes nothing and leaves no audit entry', async () => {
    const put = (row: Connector, expected: number | undefined) => registry().putConnector(row, expected, auditOf('c1'));
    expect(await put(connectorOf('c1'), 1)).toBe('conflict');
    expect(await put(connectorOf('c1'), undefined)).toBe('written');
    expect(await put(connectorOf('c1', { name: 'again' }), undefined)).toBe('conflict');
    expect(await put(connectorOf('c1', { name: 'two', version: 2 }), 1)).toBe('written');
    expect(await put(connectorOf('c1', { name: 'late', version: 2 }), 1)).toBe('conflict');
    expect((await registry().connector('c1'))?.name).toBe('two');
    expect((await registry().audit({ limit: 10 })).items).toHaveLength(2);
  });

  it('of writes at the same moment on one version one wins', async () => {
    await registry().putMerchant(merchantOf('acme'), undefined, auditOf('acme'));
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => registry().putMerchant(merchantOf('acme', 2), 1, auditOf('acme'))),
    );
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
  });

  it('deletes a subscription, which is then new again; deleting nothing leaves no audit entry', async () => {
    await registry().putSubscription(subscriptionOf('main'), undefined, auditOf('s'));
    await registry().deleteSubscription('acme', 'main', auditOf('s'));
    await registry().deleteSubscription('acme', 'main', auditOf('s'));
    expect(await registry().subscription('acme', 'main')).toBeUndefined();
    expect((await registry().audit({ limit: 10 })).items).toHaveLength(2);
    expect(await registry().putSubscription(subscriptionOf('main'), undefined, auditOf('s'))).toBe('written');
  });
}

function describeLists(registry: () => RegistryStore & AuditLog): void {
  it('lists merchants and connectors page by page to the end, connectors of one merchant too', async () => {
    const ids = ['b', 'A', 'a', 'c~1', 'c-1', 'c_1', 'c.1'];
    for (const id of ids) {
      await registry().putMerchant(merchantOf(id), undefined, auditOf(id));
      await registry().putConnector(
        connectorOf(id, { merchantId: id < 'b' ? 'acme' : 'other' }),
        undefined,
        auditOf(id),
      );
    }
    for (const limit of [1, 2, 7, 500]) {
      const merchants = await allPages(limit, (page) => registry().merchants(page));
      expect(merchants.map((row) => row.merchantId).sort()).toEqual([...ids].sort());
      const own = await allPages(limit, (page) => registry().connectors({ merchantId: 'acme', ...page }));
      expect(own.map((row) => row.connectorId).sort()).toEqual(['A', 'a']);
      expect(await allPages(limit, (page) => registry().connectors(page))).toHaveLength(ids.length);
    }
  });

  it('gives the subscriptions of one merchant by id', async () => {
    for (const id of ['z', 'a', 'm']) await registry().putSubscription(subscriptionOf(id), undefined, auditOf(id));
    await registry().putSubscription(subscriptionOf('b', { merchantId: 'other' }), undefined, auditOf('b'));
    expect((await registry().subscriptionsOf('acme')).map((row) => row.subscriptionId)).toEqual(['a', 'm', 'z']);
    expect(await registry().subscriptionsOf('none')).toEqual([]);
  });

  it('lists the audit entries newest first, those without a row of their own too', async () => {
    const entries: AuditEntry[] = [];
    for (let i = 0; i < 7; i++) {
      const entry = auditOf(`r${i}`);
      entries.unshift(entry);
      if (i % 2 === 0) await registry().appendAudit(entry);
      else await registry().putMerchant(merchantOf(`m${i}`), undefined, entry);
    }
    for (const limit of [1, 3, 500]) {
      expect(await allPages(limit, (page) => registry().audit(page))).toEqual(entries);
    }
  });

  it('finds audit entries by resource, by time and by the merchant that acted', async () => {
    const entries = ['/merchants/acme', '/merchants/acme/tokens/t1', '/merchants/acme2', '/connectors/c1'].flatMap(
      (resource, i): AuditEntry[] => [
        { ...auditOf(resource), at: timeAt(1_000 + i) },
        { ...auditOf(resource), at: timeAt(2_000 + i), merchantId: 'acme' },
      ],
    );
    const ordered = entries.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    for (const entry of ordered) await registry().appendAudit(entry);
    const newest = ordered.toReversed();
    const [from, to] = [timeAt(1_001), timeAt(2_002)];
    const of = (resource: string) => newest.filter((one) => `${one.resource}/`.startsWith(`${resource}/`));
    for (const limit of [1, 3, 500]) {
      const list = (query: Partial<AuditQuery>) => allPages(limit, (page) => registry().audit({ ...page, ...query }));
      expect(await list({ resource: '/merchants/acme' })).toEqual(of('/merchants/acme'));
      expect(of('/merchants/acme')).toHaveLength(4);
      expect(await list({ resource: '/merchants/acme%' })).toEqual([]);
      expect(await list({ from, to })).toEqual(newest.filter(({ at }) => at >= from && at < to));
      expect(await list({ merchantId: 'acme' })).toEqual(newest.filter(({ merchantId }) => merchantId === 'acme'));
      expect(await list({ merchantId: 'acme', resource: '/connectors/c1', from })).toEqual([newest[0]]);
    }
  });

  it('reads entries of before, which name the members that changed and nothing more', async () => {
    const old = { ...auditOf('r'), changes: ['name', 'secrets.sharedSecret'] } as unknown as AuditEntry;
    await registry().appendAudit(old);
    const { items } = await registry().audit({ limit: 1 });
    expect(items).toEqual([{ ...old, changes: [{ field: 'name' }, { field: 'secrets.sharedSecret' }] }]);
  });

  it('refuses cursors that it did not give out', async () => {
    for (const cursor of ['x', '', Buffer.from('["x","x"]').toString('base64url')]) {
      await expect(registry().merchants({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
      await expect(registry().connectors({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
      await expect(registry().audit({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
    }
  });
}
