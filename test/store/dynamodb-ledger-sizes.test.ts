import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { credentialsOf } from '#shared/gateways/ixopay/request.testing.ts';
import { readSample } from '#shared/gateways/sample.ts';
import { applyCallback } from '#shared/pipeline/apply.ts';
import type { HeadRow, InboxRow, LedgerStore, VersionRow } from '#shared/pipeline/ports.ts';
import { itemBytes } from '#shared/store/dynamodb/inbox-item.ts';
import { headItem } from '#shared/store/dynamodb/ledger-head-item.ts';
import { versionItems } from '#shared/store/dynamodb/ledger-version-item.ts';
import { createMemoryStores } from '../memory-stores/memory-stores.ts';

const EVENTS = fileURLToPath(new URL('../../events/ixopay', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const NOW = Date.parse('2026-07-21T12:00:00.123Z');

/** Ids as real ones are: random, and of merchants and connectors that no dictionary was made from. */
function disguised(text: string): string {
  return text.replace(/[0-9a-f]{20}/g, (id) => createHash('sha256').update(id).digest('hex').slice(0, 20));
}

function rowOf(name: string, at: number): InboxRow {
  const { callback, sample } = readSample(join(EVENTS, name));
  const verdict = ixopay.front.verify(callback, credentialsOf(sample));
  const declared = verdict.ok ? verdict.declared : {};
  const body = Buffer.from(disguised(Buffer.from(callback.body).toString('utf8')));
  return {
    callbackId: `northwind-eu-cards-7:${ixopay.front.inboxKey('pushed', body, declared)}`,
    connectorId: 'northwind-eu-cards-7',
    merchantId: 'northwind-traders',
    gateway: 'ixopay',
    source: 'pushed',
    mode: 'live',
    receivedAt: new Date(NOW + at * 61_234).toISOString(),
    method: 'POST',
    path: callback.path,
    rawQuery: '',
    headers: {},
    declared,
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

interface Written {
  readonly versions: VersionRow[];
  readonly heads: HeadRow[];
}

/** Everything that applying the samples one after another puts; `apart`: each into a ledger of its own. */
async function written(apart: boolean): Promise<Written> {
  const all: Written = { versions: [], heads: [] };
  let stores = createMemoryStores();
  for (const [i, name] of CASES.entries()) {
    if (apart) stores = createMemoryStores();
    const { ledger } = stores;
    const recording: LedgerStore = {
      ...ledger,
      putVersion: (row) => {
        all.versions.push(row);
        return ledger.putVersion(row);
      },
      moveHead: (head) => {
        all.heads.push(head);
        return ledger.moveHead(head);
      },
    };
    const row = rowOf(name, i);
    const clock = { now: () => new Date(row.receivedAt) };
    const connectorVersions = { find: async () => undefined };
    const deps = {
      gateways: { ixopay },
      ledger: recording,
      delivery: stores.delivery,
      clock,
      release: 'test',
      connectorVersions,
    };
    await applyCallback({ ...deps, mayHaveFailed: false }, row);
  }
  return all;
}

/** Measured over the samples, in bytes with keys and names: apart 370 to 575 (median 426), in one story up to 1,035. */
const versionBytes = (row: VersionRow) => itemBytes(versionItems(row).row);

const headBytes = (head: HeadRow) => itemBytes(headItem(head));

describe('items of the ledger', () => {
  it('the version of an ordinary payment is far below one write unit', async () => {
    const { versions, heads } = await written(true);
    const sizes = versions.map(versionBytes).sort((a, b) => a - b);
    expect(sizes.length).toBeGreaterThan(60);
    expect(sizes.at(-1)).toBeLessThanOrEqual(650);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(450);
    expect(Math.max(...heads.map(headBytes))).toBeLessThanOrEqual(500);
  });

  it('so are nearly all versions of payments with a long story, up to the eighth', async () => {
    const { versions, heads } = await written(false);
    const sizes = versions.map(versionBytes).sort((a, b) => a - b);
    const beyond = sizes.filter((bytes) => bytes > 1024);
    expect(beyond.length).toBeLessThanOrEqual(sizes.length / 20);
    expect(sizes.at(-1)).toBeLessThanOrEqual(1200);
    expect(Math.max(...heads.map(headBytes))).toBeLessThanOrEqual(500);
    for (const row of versions) {
      expect(versionBytes(row)).toBeLessThan(JSON.stringify(row).length / 2);
    }
  });
});
