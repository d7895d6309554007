import type { APIGatewayProxyEventV2, DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { ixopay } from '#shared/gateways/ixopay/index.ts';
import { createConnectorLookup } from '#shared/registry/connector-lookup.ts';
import { createSecretReader } from '#shared/registry/secret-reader.ts';
import { createHandler as createApply } from '../../functions/apply/handler.ts';
import { createHandler as createReceive } from '../../functions/receive/handler.ts';
import { createHandler as createRedeliver } from '../../functions/redeliver/handler.ts';
import { createHandler as createRelay } from '../../functions/relay/handler.ts';
import { signedCallback } from '../builders/ixopay-signer.ts';
import { chance, type House, openHouse } from '../simulation/house.ts';

const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';
const BODY = JSON.stringify({ result: 'OK', uuid: 'tx-é', transactionType: 'DEBIT', amount: '10.00', currency: 'EUR' });
const calm = () => openHouse({ random: chance(1), troubleRate: 0, refusalRate: 0 });

function httpApiEvent(body: string, base64: boolean): APIGatewayProxyEventV2 {
  const raw = signedCallback('/callbacks/acme-cc-1', body, 'Thu, 15 Jan 2026 09:30:00 UTC', SECRET);
  return {
    rawPath: raw.path,
    rawQueryString: '',
    headers: { ...raw.headers },
    body: Buffer.from(raw.body).toString(base64 ? 'base64' : 'utf8'),
    isBase64Encoded: base64,
    requestContext: { http: { method: 'POST' } },
  } as unknown as APIGatewayProxyEventV2;
}

function receiveHandler(house: House, clock = house.apply.clock) {
  return createReceive({
    connectors: createConnectorLookup(house.stores.registry, clock),
    secrets: createSecretReader(house.stores.secrets),
    fronts: { ixopay: ixopay.front },
    inbox: house.stores.inbox,
    refused: house.stores.refused,
    clock,
    basePath: '',
    trouble: () => undefined,
  });
}

function record(number: string): DynamoDBRecord {
  return { dynamodb: { SequenceNumber: number } };
}

async function storedRow(house: House) {
  await receiveHandler(house)(httpApiEvent(BODY, false));
  const [row] = (await house.stores.inbox.walk({ from: '', limit: 1 })).items;
  if (row === undefined) throw new Error('nothing stored');
  return row;
}

describe('Lambda entry points', () => {
  it.each([true, false])('receive takes the signed bytes as they came (base64: %s)', async (base64) => {
    const house = await calm();
    const answer = await receiveHandler(house)(httpApiEvent(BODY, base64));
    expect(answer).toMatchObject({ statusCode: 200, body: 'OK', isBase64Encoded: false });
    const [row] = (await house.stores.inbox.walk({ from: '', limit: 10 })).items;
    expect(Buffer.from(row?.body ?? '').toString()).toBe(BODY);
  });

  it('receive refuses a changed body', async () => {
    const event = httpApiEvent(BODY, false);
    const answer = await receiveHandler(await calm())({ ...event, body: BODY.replace('10.00', '90.00') });
    expect(answer.statusCode).toBe(401);
  });

  it('apply and relay hand a stored callback to every queue', async () => {
    const house = await calm();
    const row = await storedRow(house);
    const apply = createApply({ ...house.apply, rowOfRecord: async () => row, trouble: () => undefined });
    expect(await apply({ Records: [record('1')] })).toEqual({ batchItemFailures: [] });
    const [move] = house.stores.ledger.stream;
    const moveOfRecord = () => move && { key: move.head.key, after: move.from, upTo: move.head.version };
    const relay = createRelay({ ...house.relay, moveOfRecord, trouble: () => undefined });
    expect(await relay({ Records: [record('1')] })).toEqual({ batchItemFailures: [] });
    expect(house.queues['all']?.map((message) => message.attributes['type'])).toEqual(['payment.debit.finished']);
  });

  it('apply names the record that met storage trouble and leaves those behind it alone', async () => {
    const house = await calm();
    const row = await storedRow(house);
    const seen: string[] = [];
    const troubles: unknown[] = [];
    const apply = createApply({
      ...house.apply,
      rowOfRecord: async ({ dynamodb }) => {
        seen.push(dynamodb?.SequenceNumber ?? '');
        if (dynamodb?.SequenceNumber === '2') throw new Error('throttled');
        return row;
      },
      trouble: (error) => troubles.push(error),
    });
    const answer = await apply({ Records: [record('1'), record('2'), record('3')] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(seen).toEqual(['1', '2']);
    expect(troubles).toHaveLength(1);
  });

  it('a bug met in one record is a failed row, and the next is applied', async () => {
    const house = await calm();
    const row = await storedRow(house);
    const broken = { ...ixopay, normalize: () => Promise.reject as never };
    const apply = createApply({
      ...house.apply,
      gateways: { ixopay: broken },
      rowOfRecord: async () => row,
      trouble: () => undefined,
    });
    expect(await apply({ Records: [record('1')] })).toEqual({ batchItemFailures: [] });
    const failed = (await house.stores.delivery.failed({ limit: 10 })).items;
    expect(failed).toMatchObject([{ callbackId: row.callbackId, code: 'normalize_bug', release: 'test' }]);
    const mended = createApply({ ...house.apply, rowOfRecord: async () => row, trouble: () => undefined });
    await mended({ Records: [record('1')] });
    expect((await house.stores.delivery.failed({ limit: 10 })).items).toEqual([]);
    expect(house.stores.ledger.subjects()).toHaveLength(1);
  });

  it('relay repeats the whole batch on storage trouble', async () => {
    const house = await calm();
    const failing = {
      ...house.relay,
      ledger: { ...house.relay.ledger, versions: () => Promise.reject(new Error('down')) },
    };
    const key = { connectorId: 'acme-cc-1', type: 'transaction' as const, id: 'x' };
    const relay = createRelay({
      ...failing,
      moveOfRecord: () => ({ key, after: 0, upTo: 1 }),
      trouble: () => undefined,
    });
    expect(await relay({ Records: [record('7'), record('8')] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '7' }],
    });
  });

  it('redeliver goes on until nothing is due', async () => {
    const house = await calm();
    const answer = await createRedeliver(house.relay)({}, { getRemainingTimeInMillis: () => 60_000 });
    expect(answer).toEqual({ claimed: 0, cleared: 0, refused: 0 });
  });

  it('pitfall 1: receive answers 503 where nothing could be stored', async () => {
    const house = await calm();
    const inbox = { ...house.stores.inbox, put: () => Promise.reject(new Error('disk full')) };
    const broken: House = { ...house, stores: { ...house.stores, inbox } };
    const answer = await receiveHandler(broken)(httpApiEvent(BODY, false));
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toBe('OK');
  });
});
