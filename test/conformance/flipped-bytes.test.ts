import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GATEWAY_FRONTS } from '#shared/gateways/fronts.ts';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { gateway as ixopay } from '#shared/gateways/ixopay/index.ts';
import { readSample, type Sample } from '#shared/gateways/sample.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import { receive } from '#shared/pipeline/receive.ts';
import type { Connector } from '#shared/registry/records.ts';

const EVENTS = fileURLToPath(new URL('../../events/ixopay', import.meta.url));
const CASES = readdirSync(EVENTS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const SIGNATURE_HEADERS = ['x-signature', 'authorization', 'x-authorization'];
const FALLBACKS_OFF = {
  acceptMd5: false,
  acceptCanonicalContentType: false,
  acceptXDate: false,
  acceptReceivedPath: false,
};

/** Receives for one connector as its sample configures it; answers the row that was stored, or nothing. */
function receiver({ connector }: Sample, switches: Record<string, boolean>) {
  const { apiKey, sharedSecret } = connector;
  const checked = ixopay.checkSettings({ apiKey, ...connector.settings, ...switches }, { sharedSecret }, 'new');
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const row = { connectorId: connector.id, merchantId: 'acme', gateway: 'ixopay', testMode: false } as const;
  const known = { ...row, settings: checked.settings, secrets: [], version: 1 } as unknown as Connector;
  const find = async (id: string) => (id === connector.id ? known : undefined);
  let stored: InboxRow | undefined;
  const deps = {
    connectors: { find, findAgain: find, forget: () => undefined },
    secrets: async () => [{ keyId: 'k1', values: { sharedSecret } }],
    fronts: GATEWAY_FRONTS,
    inbox: {
      put: async (put: InboxRow) => {
        stored = put;
        return 'stored' as const;
      },
    },
    refused: { record: () => undefined },
    clock: { now: () => new Date('2026-07-21T12:00:00Z') },
    basePath: '',
    trouble: (error: unknown) => {
      throw error;
    },
  };
  return async (callback: RawCallback): Promise<InboxRow | undefined> => {
    stored = undefined;
    const answer = await receive(deps, callback);
    expect(answer.body === 'OK').toBe(stored !== undefined);
    return stored;
  };
}

function flipped(text: string): string[] {
  return [...text].map((_, at) => {
    const bytes = Buffer.from(text, 'latin1');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes.toString('latin1');
  });
}

/** The callback with one byte of a signed part changed, once for every byte of every part. */
function* tampered(callback: RawCallback): Generator<[string, RawCallback]> {
  for (let at = 0; at < callback.body.byteLength; at++) {
    const body = Buffer.from(callback.body);
    body[at] = (body[at] ?? 0) ^ 1;
    yield ['body', { ...callback, body }];
  }
  for (const method of flipped(callback.method)) yield ['method', { ...callback, method }];
  for (const path of flipped(callback.path)) yield ['path', { ...callback, path }];
  for (const rawQuery of flipped(callback.rawQuery)) yield ['query', { ...callback, rawQuery }];
  for (const name of ['date', 'x-date', 'content-type', ...SIGNATURE_HEADERS]) {
    for (const value of flipped(callback.headers[name] ?? '')) {
      yield [name, { ...callback, headers: { ...callback.headers, [name]: value } }];
    }
  }
}

/** What a changed byte may do and still leave the callback genuine: it stood in a part that another reading replaces, or in none that is signed. */
function isExplained(part: string, row: InboxRow, genuine: InboxRow): boolean {
  const readings = row.verdict?.readings;
  if (part === 'content-type') return readings?.contentType === 'canonical';
  // The date that was not the signed one, the API key before the signature and Basic beside it are signed by nobody.
  if (part === 'date' || part === 'x-date') return readings?.date !== (part === 'date' ? 'Date' : 'X-Date');
  if (part === 'path') return readings?.path === 'registered' && row.connectorId === genuine.connectorId;
  return part === 'authorization' || part === 'x-authorization';
}

describe.each(CASES.map(({ name }) => name))('%s', (name) => {
  const { callback, sample } = readSample(join(EVENTS, name));

  it('is refused with any one byte of a signed part changed, or the verdict names the reading that explains it', async () => {
    const take = receiver(sample, {});
    const genuine = await take(callback);
    if (genuine === undefined) throw new Error('the sample itself is refused');
    const unexplained: string[] = [];
    for (const [part, changed] of tampered(callback)) {
      const row = await take(changed);
      if (row !== undefined && !isExplained(part, row, genuine)) unexplained.push(part);
    }
    expect(unexplained).toEqual([]);
  });

  it('with the fallbacks off nothing but the untouched callback is taken, and only where it needed none', async () => {
    const take = receiver(sample, FALLBACKS_OFF);
    const { algorithm, readings } = sample.verdict;
    const needsNone =
      algorithm === 'hmac-sha512/sha512' &&
      readings.contentType === 'received' &&
      readings.date === 'Date' &&
      readings.path === 'registered';
    expect((await take(callback)) !== undefined).toBe(needsNone);
    const taken: string[] = [];
    for (const [part, changed] of tampered(callback)) {
      const unsigned = part === 'x-date' || part === 'authorization' || part === 'x-authorization';
      if (!unsigned && (await take(changed)) !== undefined) taken.push(part);
    }
    expect(taken).toEqual([]);
  });

  it('the signature itself: any one of its characters changed is refused, by whatever header it comes', async () => {
    const take = receiver(sample, {});
    for (const header of SIGNATURE_HEADERS) {
      const value = callback.headers[header];
      const match = /[A-Za-z0-9+/]{86}==$/.exec(value ?? '');
      if (value === undefined || match === null) continue;
      for (const changed of flipped(match[0])) {
        const headers = { ...callback.headers, [header]: value.slice(0, match.index) + changed };
        expect(await take({ ...callback, headers })).toBeUndefined();
      }
    }
  });
});
