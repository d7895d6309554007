import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLedgerDatabase } from '#local/store/ledger-database.ts';
import type { MerchantTokenStore, MerchantTokens } from '#shared/registry/merchant-tokens.ts';
import type { AuditEntry, RegistryStore } from '#shared/registry/records.ts';
import { createMemoryStores } from '../memory-stores/memory-stores.ts';
import { temporaryFolders } from './sqlite-folder.ts';

interface Opened {
  readonly tokens: MerchantTokenStore;
  readonly registry: Pick<RegistryStore, 'audit'>;
}

const at = '2026-01-15T09:00:00.000Z';
const audit: AuditEntry = { at, who: 'operator', what: 'merchant.token-make', resource: '/x', changes: [] };
const row = (merchantId: string, version: number, ...ids: string[]): MerchantTokens => ({
  ...{ merchantId, version },
  tokens: ids.map((tokenId) => ({ tokenId, name: 'é', sha256: 'd', createdAt: at, createdBy: 'operator' })),
});

const newFolder = temporaryFolders();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const HOMES: readonly (readonly [string, () => Opened])[] = [
  ['memory', () => createMemoryStores()],
  [
    'SQLite',
    () => {
      const database = openLedgerDatabase(join(newFolder(), 'ledger.db'));
      closers.push(database.close);
      return database;
    },
  ],
];

describe.each(HOMES)('merchant tokens in %s', (_name, open) => {
  it('are one row a merchant, written on condition of the version, together with the audit', async () => {
    const { tokens, registry } = open();
    expect(await tokens.tokensOf('acme')).toBeUndefined();
    expect(await tokens.putTokens(row('acme', 1, 'a'), 1, audit)).toBe('conflict');
    expect(await tokens.putTokens(row('acme', 1, 'a'), undefined, audit)).toBe('written');
    expect(await tokens.putTokens(row('acme', 1, 'b'), undefined, audit)).toBe('conflict');
    expect(await tokens.putTokens(row('acme', 2, 'a', 'b'), 1, audit)).toBe('written');
    expect(await tokens.putTokens(row('acme', 2, 'late'), 1, audit)).toBe('conflict');
    expect(await tokens.tokensOf('acme')).toEqual(row('acme', 2, 'a', 'b'));
    expect(await tokens.tokensOf('other')).toBeUndefined();
    expect((await registry.audit({ limit: 10 })).items).toEqual([audit, audit]);
  });
});
