import { describe, expect, it } from 'vitest';
import { type AdminFixture, createAdminFixture } from './admin-fixture.ts';
import { callbackRow, FINISHED, PENDING, QUIET, storeTransaction, UPDATED } from './ledger-rows.ts';

interface List {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly cursor: string | null;
}

async function list(fixture: AdminFixture, target: string): Promise<List> {
  const answer = await fixture.call('GET', target);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as List;
}

const ids = (found: List) => found.items.map((item) => item['id']);

describe('look-up of a transaction', () => {
  it('is the newest version, flat, also under an id with a slash, a percent sign and a space', async () => {
    const fixture = createAdminFixture();
    const id = 'a/b%2F c?';
    await storeTransaction(fixture.stores, { id, steps: [PENDING, FINISHED, QUIET] });
    const found = await fixture.call('GET', `/transactions/acme-cc-1/${encodeURIComponent(id)}`);
    expect(found).toMatchObject({ status: 200, json: { id, version: 3, status: 'FINISHED', amount: { minor: 2450 } } });
    expect(await fixture.call('GET', '/transactions/acme-cc-1/none')).toMatchObject({ status: 404 });
    expect(await fixture.call('GET', '/schedules/acme-cc-1/none')).toMatchObject({ status: 404 });
    expect(await fixture.call('GET', '/transactions/acme-cc-1/%ff')).toMatchObject({ status: 400 });
  });

  it('gives its history with verdicts, in pages', async () => {
    const fixture = createAdminFixture();
    await storeTransaction(fixture.stores, { id: 'tx', steps: [PENDING, FINISHED, QUIET] });
    const repeat = callbackRow('acme-cc-1:late', 'acme-cc-1', 'acme', '2026-01-15T09:05:00.000Z');
    await fixture.stores.inbox.put(repeat);
    await fixture.stores.ledger.putSeen(
      { connectorId: 'acme-cc-1', type: 'transaction', id: 'tx' },
      'acme-cc-1:late',
      3,
    );
    const first = await list(fixture, '/transactions/acme-cc-1/tx/history?limit=3');
    expect(first.items).toMatchObject([
      {
        callbackId: 'acme-cc-1:tx-1',
        source: 'pushed',
        outcome: 'changed',
        version: 1,
        verdict: {
          keyId: 'k-1',
          algorithm: 'hmac-sha512/sha512',
          contentType: 'received',
          date: 'Date',
          path: 'registered',
        },
      },
      { outcome: 'changed', version: 2 },
      { outcome: 'quiet', version: 3 },
    ]);
    const rest = await list(fixture, `/transactions/acme-cc-1/tx/history?limit=3&cursor=${first.cursor}`);
    expect(rest).toMatchObject({
      items: [{ callbackId: 'acme-cc-1:late', outcome: 'unchanged', version: 3 }],
      cursor: null,
    });
  });

  it('gives its events as published, with the true predecessor whatever from leaves out', async () => {
    const fixture = createAdminFixture();
    await storeTransaction(fixture.stores, { id: 'tx', steps: [PENDING, QUIET, FINISHED, UPDATED, UPDATED] });
    const chain = (found: List) =>
      found.items.map((item) => [Number(item['sequence']), Number(item['previoussequence'])]);
    const target = '/transactions/acme-cc-1/tx/events';
    expect(chain(await list(fixture, target))).toEqual([
      [1, 0],
      [3, 1],
      [4, 3],
      [5, 4],
    ]);
    expect(chain(await list(fixture, `${target}?from=4`))).toEqual([
      [4, 3],
      [5, 4],
    ]);
    const first = await list(fixture, `${target}?limit=2`);
    expect(chain(first)).toEqual([
      [1, 0],
      [3, 1],
    ]);
    const rest = await list(fixture, `${target}?limit=2&cursor=${first.cursor}`);
    expect(chain(rest)).toEqual([
      [4, 3],
      [5, 4],
    ]);
    expect(rest.cursor).toBeNull();
    expect(rest.items[0]).toMatchObject({
      id: 'acme-cc-1:transaction:tx:4',
      dataschema: 'https://postrider.example/api/v1/schemas/transaction/1.json',
    });
  });

  it('reads far more versions than one window', async () => {
    const fixture = createAdminFixture();
    await storeTransaction(fixture.stores, { id: 'tx', steps: [PENDING, ...Array(249).fill(QUIET), FINISHED] });
    const found = await list(fixture, '/transactions/acme-cc-1/tx/events');
    expect(found.items.map((item) => item['sequence'])).toEqual(['0000000001', '0000000251']);
  });
});

describe('lists of transactions', () => {
  it('are filtered, newest first, in pages', async () => {
    const fixture = createAdminFixture();
    for (let i = 0; i < 7; i++)
      await storeTransaction(fixture.stores, { id: `tx-${i}`, minute: i, reference: `ORD-${i}` });
    await storeTransaction(fixture.stores, { id: 'other', merchantId: 'other', connectorId: 'other-cc', minute: 9 });
    expect(ids(await list(fixture, '/transactions?limit=2'))).toEqual(['other', 'tx-6']);
    expect(ids(await list(fixture, '/transactions?merchantReference=ORD-3'))).toEqual(['tx-3']);
    const range = 'from=2026-01-15T09:02:00Z&to=2026-01-15T10:04:00%2B01:00';
    expect(ids(await list(fixture, `/transactions?${range}`))).toEqual(['tx-3', 'tx-2']);
    expect(ids(await list(fixture, '/transactions?status=PENDING'))).toEqual([]);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await list(
        fixture,
        `/transactions?merchantId=acme&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...ids(page));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(seen).toEqual(['tx-6', 'tx-5', 'tx-4', 'tx-3', 'tx-2', 'tx-1', 'tx-0']);
  });

  it('come whole as NDJSON and CSV, page after page', async () => {
    const fixture = createAdminFixture();
    for (let i = 0; i < 1_101; i++) await storeTransaction(fixture.stores, { id: `tx-${i}`, steps: [FINISHED] });
    const lines = await fixture.call('GET', '/transactions?limit=2', { headers: { accept: 'application/x-ndjson' } });
    expect(lines.headers['content-type']).toBe('application/x-ndjson');
    expect(lines.text.trimEnd().split('\n')).toHaveLength(1_101);
    const table = await fixture.call('GET', '/transactions', { headers: { accept: 'text/csv' } });
    expect(table.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(table.text.split('\r\n')).toHaveLength(1_103);
    expect(table.text).toMatch(/^connectorId,id,merchantId,gateway,testMode,version,/);
    const broken = { headers: { accept: 'text/csv' } };
    expect((await fixture.call('GET', '/transactions?cursor=abc', broken)).status).toBe(400);
  });

  it('never hand a formula to a spreadsheet', async () => {
    const fixture = createAdminFixture();
    const more = { metadata: '=HYPERLINK("http://x","y"),\n1' };
    await storeTransaction(fixture.stores, { id: '-1', reference: '@SUM(A1)', steps: [FINISHED], more });
    const { text } = await fixture.call('GET', '/transactions', { headers: { accept: 'text/csv' } });
    const row = text.slice(text.indexOf('\r\n') + 2);
    expect(row).toMatch(/^acme-cc-1,-1,acme,/);
    expect(row).toContain(",'@SUM(A1),");
    expect(row).toContain(`,"'=HYPERLINK(""http://x"",""y""),\n1"\r\n`);
  });
});

describe('purchases', () => {
  it('show all attempts and which one paid', async () => {
    const fixture = createAdminFixture();
    const ERROR = { status: 'ERROR', type: 'payment.debit.error' } as const;
    await storeTransaction(fixture.stores, { id: 'a', purchase: 'P-1', minute: 1, steps: [PENDING, ERROR] });
    await storeTransaction(fixture.stores, { id: 'b', purchase: 'P-1', minute: 2 });
    await storeTransaction(fixture.stores, { id: 'c', reference: 'P-1', minute: 3, steps: [PENDING, ERROR] });
    const found = await fixture.call('GET', '/purchases/P-1');
    expect(found.json).toMatchObject({ paid: true, paidBy: [{ connectorId: 'acme-cc-1', id: 'b' }], complete: true });
    expect(ids(found.json as List)).toEqual(['c', 'b', 'a']);
    expect((await fixture.call('GET', '/purchases/none')).status).toBe(404);
  });
});

describe('events of a subscription', () => {
  const MAIN = '/merchants/acme/subscriptions/main';
  const wanted = { queue: { managed: true }, types: ['payment.*.finished', 'payment.*.updated'], mode: 'both' };

  it('are as delivered, to the operator and to its own read token only', async () => {
    const fixture = createAdminFixture();
    const tokens: string[] = [];
    for (const merchant of ['acme', 'other']) {
      await fixture.call('PUT', `/merchants/${merchant}`, { json: {} });
      const made = await fixture.call('PUT', `/merchants/${merchant}/subscriptions/main`, { json: wanted });
      tokens.push((made.json as { readToken: string }).readToken);
    }
    const [token = '', foreign = ''] = tokens;
    await storeTransaction(fixture.stores, { id: 'a/b', minute: 40, steps: [PENDING, FINISHED, QUIET, UPDATED] });
    const events = `${MAIN}/events?connectorId=acme-cc-1&subject=transaction%2Fa%2Fb`;
    const chain = (json: unknown) =>
      (json as List).items.map((item) => [Number(item['sequence']), Number(item['previoussequence'])]);
    const own = await fixture.call('GET', events, { token });
    expect(own.status).toBe(200);
    expect(chain(own.json)).toEqual([
      [2, 0],
      [4, 2],
    ]);
    expect(chain((await fixture.call('GET', `${MAIN}/events?subject=acme-cc-1:transaction/a/b&from=3`)).json)).toEqual([
      [4, 2],
    ]);
    expect((await fixture.call('GET', events, { token: foreign })).status).toBe(401);
    const merchantsOther = '/merchants/other/subscriptions/main/events?connectorId=acme-cc-1&subject=transaction/a/b';
    expect((await fixture.call('GET', merchantsOther, { token: foreign })).status).toBe(404);
    expect((await fixture.call('GET', '/transactions', { token })).status).toBe(401);
    expect((await fixture.call('GET', '/merchants/acme/subscriptions/none/events?subject=x', { token })).status).toBe(
      401,
    );
    expect((await fixture.call('GET', `${MAIN}/events?subject=payment/x`)).status).toBe(400);
    expect((await fixture.call('GET', `${MAIN}/events`)).json).toMatchObject({ errors: [{ field: 'subject' }] });
  });

  it('a subject as events name it is enough where one connector of the merchant has it', async () => {
    const fixture = createAdminFixture();
    await fixture.call('PUT', '/merchants/acme', { json: {} });
    for (const id of ['acme-cc-1', 'acme-cc-2', 'acme-cc-3']) {
      const json = {
        merchantId: 'acme',
        gateway: 'ixopay',
        settings: { apiKey: id },
        secrets: { sharedSecret: 'planted-secret' },
      };
      expect((await fixture.call('PUT', `/connectors/${id}`, { json })).status).toBe(201);
    }
    await fixture.call('PUT', MAIN, { json: wanted });
    const get = (query: string) => fixture.call('GET', `${MAIN}/events?subject=transaction/tx${query}`);
    expect((await get('')).status).toBe(404);
    await storeTransaction(fixture.stores, {
      id: 'tx',
      minute: 40,
      connectorId: 'acme-cc-2',
      steps: [PENDING, FINISHED],
    });
    expect((await get('')).json).toMatchObject({ items: [{ source: '/connectors/acme-cc-2' }] });
    await storeTransaction(fixture.stores, {
      id: 'tx',
      minute: 40,
      connectorId: 'acme-cc-3',
      steps: [PENDING, FINISHED],
    });
    const message = 'is one of acme-cc-2, acme-cc-3: add connectorId';
    expect(await get('')).toMatchObject({ status: 400, json: { errors: [{ field: 'subject', message }] } });
    expect((await get('&connectorId=acme-cc-3')).json).toMatchObject({ items: [{ source: '/connectors/acme-cc-3' }] });
  });
});
