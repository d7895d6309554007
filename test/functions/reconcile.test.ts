import { describe, expect, it } from 'vitest';
import { createDynamoDelivery } from '#shared/store/dynamodb/delivery-store.ts';
import type { DynamoSend } from '#shared/store/dynamodb/dynamo-send.ts';
import { createDynamoLedger } from '#shared/store/dynamodb/ledger-store.ts';
import { createDynamoRegistry } from '#shared/store/dynamodb/registry-store.ts';
import { createHandler } from '../../functions/reconcile/create-handler.ts';
import { openReconcileHouse, type ReconcileHouse } from '../pipeline/reconcile-house.ts';
import { context } from './lambda.ts';
import { recordedObserver } from './recorded-observer.ts';

function reconcileHandler(house: ReconcileHouse) {
  const observer = recordedObserver();
  const handler = createHandler({ ...house.reconcile, settleMs: 10_000, observer });
  return { observer, reconcile: (remainingMs = 55_000) => handler({}, context(remainingMs)) };
}

const NOTHING = { overdue: 0, spans: 0, sampled: 0, notDone: 0, cut: false };

describe('reconcile on Lambda', () => {
  it('says what it asked, and nothing where nothing was due', async () => {
    const house = await openReconcileHouse();
    const { reconcile, observer } = reconcileHandler(house);
    await house.tell({ id: 'tx', status: 'PENDING' });
    house.advance(60);
    expect(await reconcile()).toEqual({ ...NOTHING, overdue: 1, spans: 1 });
    expect(observer.lines).toEqual([expect.stringMatching(/^info reconciled \{"overdue":1,"spans":1,/)]);
    expect(await reconcile()).toEqual(NOTHING);
    expect(observer.lines).toHaveLength(1);
    expect(observer.values('ReconcileNotDone')).toEqual([]);
  });

  it('begins nothing when its time is nearly over, and says that it was cut short', async () => {
    const house = await openReconcileHouse();
    const { reconcile } = reconcileHandler(house);
    await house.tell({ id: 'tx', status: 'PENDING' });
    house.advance(60);
    expect(await reconcile(10_000)).toEqual({ ...NOTHING, cut: true });
    expect(await reconcile()).toMatchObject({ overdue: 1, spans: 1, cut: false });
  });

  it('names the gateways that were not read to the end, and counts them; missing credentials are nobody’s trouble', async () => {
    const house = await openReconcileHouse();
    await house.put('acme-2', { secretNames: [] });
    house.page = () => ({ outcome: 'cannot', detail: 'The list is switched off.' });
    await house.round();
    house.advance(60);
    const { reconcile, observer } = reconcileHandler(house);
    expect(await reconcile()).toMatchObject({ notDone: 1 });
    expect(observer.values('ReconcileNotDone')).toEqual([1]);
    expect(observer.lines[0]).toMatch(/^error a gateway was not read .*"connectorId":"acme-1","code":"given_up"/);
    expect(observer.lines).toHaveLength(2);
  });

  it('costs four empty queries a minute on DynamoDB, and no line', async () => {
    const sent: string[] = [];
    const send = async (command: object) => {
      sent.push(command.constructor.name);
      return { Items: [] };
    };
    const client = { send } as unknown as DynamoSend;
    const stores = {
      ledger: createDynamoLedger({ client, table: 'ledger' }),
      delivery: createDynamoDelivery({ client, table: 'delivery' }),
      registry: createDynamoRegistry({ client, table: 'registry' }),
    };
    const { reconcile, observer } = reconcileHandler(await openReconcileHouse({ stores }));
    sent.length = 0;
    await reconcile();
    // Once an hour, and once a process, the list of connectors.
    expect(sent.splice(0)).toHaveLength(5);
    expect(await reconcile()).toEqual(NOTHING);
    expect(sent).toEqual(Array(4).fill('QueryCommand'));
    expect(observer.lines).toEqual([]);
  });
});
