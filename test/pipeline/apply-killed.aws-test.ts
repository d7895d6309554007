import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApplyDeps, applyCallback } from '#shared/pipeline/apply.ts';
import type { InboxRow } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createTables, type TableNames } from '../dynamodb/create-tables.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { tableDump } from '../dynamodb/table-dump.ts';
import { dynamoStores } from '../simulation/dynamodb-house.ts';
import { chance, openHouse } from '../simulation/house.ts';
import type { Row } from '../simulation/world.ts';
import { interceptedClient } from '../store/intercepted-client.ts';

let engine: DynamoDbLocal;
beforeAll(async () => {
  engine = await startDynamoDbLocal();
});
afterAll(() => engine.stop());

const pushed = (minute: number, body: object): Row => ({ source: 'pushed', body: JSON.stringify(body), minute });
const money = { amount: '10.00', currency: 'EUR' };
const debit = { uuid: 'd', transactionType: 'DEBIT', merchantTransactionId: 'ORD-1', purchaseId: 'P-1', ...money };
const refund = { uuid: 'r', transactionType: 'REFUND', result: 'OK', amount: '4.00', currency: 'EUR' };

/** One after another: each leaves other kinds of rows than those before it. */
const STORY: Readonly<Record<string, Row>> = {
  'a first callback': pushed(1, { ...debit, result: 'PENDING' }),
  'a second one': pushed(2, { ...debit, result: 'OK' }),
  'the same content signed again': pushed(3, { ...debit, result: 'OK' }),
  'a child and its original': pushed(4, { ...refund, referenceUuid: 'd' }),
  'a child that comes before its original': pushed(5, { ...refund, uuid: 'r2', referenceUuid: 'later' }),
  'a contradiction: a question and an outcome': pushed(6, { ...debit, result: 'ERROR', code: '2003', message: 'no' }),
  'an instrument with another id, and a schedule': pushed(7, {
    ...{ uuid: 'reg', transactionType: 'REGISTER', result: 'OK', referenceId: 'PCI_1' },
    ...{ returnData: { _TYPE: 'cardData', type: 'visa', lastFourDigits: '1111' } },
    scheduleData: [{ scheduleId: 'SC-1', scheduleStatus: 'ACTIVE' }],
  }),
  'a notice': pushed(8, { uuid: 'n', result: 'OK', transactionType: 'NEW' }),
};

interface Story {
  readonly row: InboxRow;
  readonly at: number;
}

async function story(): Promise<readonly Story[]> {
  const house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
  for (const row of Object.values(STORY)) await house.deliver(row);
  const { items } = await house.stores.inbox.walk({ from: '', limit: 100 });
  return Object.values(STORY).flatMap(({ body }, at) => {
    const same = items.filter((item) => Buffer.from(item.body).toString() === body);
    // Two statements have one body; they come in the order of their dates.
    const row = same.length > 1 ? same[at === 1 ? 0 : 1] : same[0];
    return row === undefined ? [] : [{ row, at }];
  });
}

async function deps(client: DynamoSend, tables: TableNames, at: number): Promise<ApplyDeps> {
  const house = await openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });
  const { ledger, delivery } = dynamoStores(client, tables);
  const clock = { now: () => new Date(Date.UTC(2026, 1, 1) + at * 60_000) };
  return { ...house.apply, ledger, delivery, clock };
}

type Rows = Record<string, AttributeValue>[];

async function contents(tables: TableNames): Promise<{ ledger: Rows; delivery: Rows }> {
  const [ledger, delivery] = [tables.ledger, tables.delivery].map((table) => tableDump(engine.client, table));
  return { ledger: (await ledger) ?? [], delivery: (await delivery) ?? [] };
}

async function tablesWith(rows: { ledger: Rows; delivery: Rows }): Promise<TableNames> {
  const tables = await createTables(engine.client);
  for (const Item of rows.ledger) await engine.client.send(new PutItemCommand({ TableName: tables.ledger, Item }));
  for (const Item of rows.delivery) await engine.client.send(new PutItemCommand({ TableName: tables.delivery, Item }));
  return tables;
}

class Killed extends Error {}

/** A process that dies before its call number `at`, or with its answer, and does nothing more. */
function mortal(at: number, moment: 'before' | 'after'): { client: DynamoSend; died: () => boolean } {
  let [calls, dead] = [0, false];
  const client = interceptedClient(engine.client, {
    before() {
      if (moment === 'before' && calls === at) dead = true;
      if (dead) throw new Killed();
    },
    after() {
      if (moment === 'after' && calls === at) dead = true;
      calls++;
      if (dead) throw new Killed();
    },
  });
  return { client, died: () => dead };
}

describe('applyCallback on DynamoDB, killed before or behind any of its calls', () => {
  it.each(Object.keys(STORY).map((name, at) => [name, at] as const))(
    '%s: run again, it ends in the same rows',
    async (_, at) => {
      const rows = await story();
      const [mine] = rows.filter((one) => one.at === at);
      if (mine === undefined) throw new Error('the story lost a row');
      const untroubled = await createTables(engine.client);
      for (const one of rows.slice(0, at)) await applyCallback(await deps(engine.client, untroubled, one.at), one.row);
      const before = await contents(untroubled);
      await applyCallback(await deps(engine.client, untroubled, at), mine.row);
      const expected = await contents(untroubled);
      expect(expected.ledger.length).toBeGreaterThan(before.ledger.length);
      let kills = 0;
      for (const moment of ['before', 'after'] as const) {
        for (let call = 0; ; call++) {
          const tables = await tablesWith(before);
          const { client, died } = mortal(call, moment);
          const end = await applyCallback(await deps(client, tables, at), mine.row).catch((error) => error);
          if (!died()) break;
          expect(end).toBeInstanceOf(Killed);
          // Later, in another process: the stream brings the record again.
          await applyCallback(await deps(engine.client, tables, at), mine.row);
          expect(await contents(tables), `${moment} call ${call}`).toEqual(expected);
          kills++;
        }
      }
      expect(kills).toBeGreaterThanOrEqual(6);
    },
  );
});
