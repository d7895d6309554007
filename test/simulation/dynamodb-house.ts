import type { SubjectKey } from '#shared/model/vocabulary.ts';
import type { HeadRow } from '#shared/pipeline/ports.ts';
import type { HeadMove } from '#shared/pipeline/relay.ts';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoInbox } from '#shared/store/dynamodb/inbox-store.ts';
import { subjectOf } from '#shared/store/dynamodb/ledger-keys.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createTables, type TableNames } from '../dynamodb/create-tables.ts';
import type { DynamoDbLocal } from '../dynamodb/dynamodb-local.ts';
import { tableDump } from '../dynamodb/table-dump.ts';
import { interceptedClient } from '../store/intercepted-client.ts';
import { type House, insist, openHouse, Trouble } from './house.ts';
import type { Row } from './world.ts';

const AUDIT = { at: '2026-01-01T00:00:00.000Z', who: 'test', what: 'made', resource: 'test', changes: [] };

export function dynamoStores(client: DynamoSend, tables: TableNames) {
  return {
    inbox: createDynamoInbox({
      client,
      table: tables.inbox,
      retentionDays: 400,
      connectorIds: async () => ['acme-cc-1'],
    }),
    ledger: createDynamoLedger({ client, table: tables.ledger }),
    delivery: createDynamoDelivery({ client, table: tables.delivery }),
    registry: createDynamoRegistry({ client, table: tables.registry }),
  };
}

export interface DynamoHouse extends House {
  readonly tables: TableNames;
  /** From now on each request may fail, before or after it was done. */
  begin(troubleRate: number): void;
  subjects(): Promise<readonly SubjectKey[]>;
  /** The same house, with what the ledger's stream says in the place of the memory's. */
  over(moves: readonly HeadMove[]): House;
}

/** The house of the simulation with apply and relay over DynamoDB, and `rows` in its inbox. */
export async function openDynamoHouse(
  engine: DynamoDbLocal,
  rows: readonly Row[],
  random: () => number,
): Promise<DynamoHouse> {
  const house = await openHouse({ random, troubleRate: 0, refusalRate: 0.08 });
  for (const row of rows) await insist(() => house.deliver(row));
  const tables = await createTables(engine.client, true);
  let rate = 0;
  const moment = () => {
    if (random() < rate) throw new Trouble('storage trouble');
  };
  const stores = dynamoStores(interceptedClient(engine.client, { before: moment, after: moment }), tables);
  for (const row of (await house.stores.inbox.walk({ from: '', limit: 500 })).items) await stores.inbox.put(row);
  for (const subscription of await house.stores.registry.subscriptionsOf('acme')) {
    await stores.registry.putSubscription(subscription, undefined, AUDIT);
  }
  const { ledger, delivery, registry } = stores;
  const opened: House = {
    ...house,
    apply: { ...house.apply, ledger, delivery },
    relay: { ...house.relay, ledger, delivery, registry },
  };
  return {
    ...opened,
    tables,
    begin: (troubleRate) => {
      rate = troubleRate;
    },
    async subjects() {
      const items = await tableDump(engine.client, tables.ledger);
      const heads = items.filter((item) => item['sk']?.S === 'v#head');
      return heads.map((item) => subjectOf(item['pk']?.S ?? '', item['id']?.S));
    },
    over(moves) {
      const stream = moves.map(({ key, after, upTo }) => ({ from: after, head: headMovedTo(key, upTo) }));
      return { ...opened, stores: { ...house.stores, delivery, ledger: { ...house.stores.ledger, stream } } };
    },
  };
}

/** Of a head that moved the relay looks at its subject and version only. */
function headMovedTo(key: SubjectKey, version: number): HeadRow {
  const at = AUDIT.at;
  const unread = { merchantId: '', mode: 'live', createdAt: at, updatedAt: at, kind: '', status: '' } as const;
  return { key, version, ...unread, flags: [], aliases: [] };
}
