import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RawCallback } from '#shared/gateways/gateway.ts';
import { startDynamoDbLocal } from '../../test/dynamodb/dynamodb-local.ts';
import { type AwsHouse, openAwsHouse } from './aws-house.ts';
import type { Consumption } from './consumption.ts';
import { CONNECTOR, paymentCallback } from './payment-callback.ts';

/** What one callback of a kind costs on its way through receive, apply and relay. */
export interface PathCost {
  readonly name: string;
  /** Callbacks that were measured together; all figures below are per callback. */
  readonly callbacks: number;
  /** Requests to DynamoDB before the answer and behind it, as sent for the first of the callbacks. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
  readonly writeUnits: number;
  readonly indexWriteUnits: number;
  readonly readUnits: number;
  readonly sqsRequests: number;
  readonly requestBytes: number;
  readonly logBytes: number;
  /** Invocations of apply and relay. */
  readonly invocations: number;
}

const SUBJECT = (n: number) => n.toString(16).padStart(20, '0');

/** Runs every path on Amazon's DynamoDB Local and gives what was charged. `eventsABatch`: records a stream batch. */
export async function measurePaths(eventsABatch: number): Promise<readonly PathCost[]> {
  const engine = await startDynamoDbLocal();
  const house = await openAwsHouse(engine);
  try {
    // The scopes that a lane of lists needs are noted once a connector and process.
    await through(house, [paymentCallback(SUBJECT(0), 'OK')]);
    house.takeBilled();
    house.consumption.take();
    const subjects = Array.from({ length: eventsABatch }, (_, i) => SUBJECT(i + 1));
    const path = (name: string, callbackOf: (uuid: string) => RawCallback) =>
      measure(house, name, subjects.map(callbackOf));
    return [
      await path('new payment, PENDING', (uuid) => paymentCallback(uuid, 'PENDING', 10)),
      await path('its result, FINISHED', (uuid) => paymentCallback(uuid, 'OK', 20)),
      await path('the same bytes again', (uuid) => paymentCallback(uuid, 'OK', 20)),
      await path('a re-dated retry: later', (uuid) => paymentCallback(uuid, 'OK', 40)),
      await path('a re-dated retry: in between, changes nothing', (uuid) => paymentCallback(uuid, 'OK', 30)),
      await measure(
        house,
        'new payment, FINISHED at once',
        subjects.map((_, i) => paymentCallback(SUBJECT(1000 + i), 'OK', 10)),
      ),
    ];
  } finally {
    house.close();
    await engine.stop();
  }
}

/** Requests of one more callback of a subject that has had `seen` before. */
export async function requestsAfter(house: AwsHouse, uuid: string, seen: number): Promise<Consumption> {
  const key = { connectorId: CONNECTOR, type: 'transaction', id: uuid } as const;
  await through(house, [paymentCallback(uuid, 'OK', 10), paymentCallback(uuid, 'OK', 90)]);
  for (let n = 0; n < seen; n += 50) {
    const puts = Array.from({ length: Math.min(50, seen - n) }, (_, i) =>
      house.ledger.putSeen(key, `${CONNECTOR}:seen-${n + i}`, 2),
    );
    await Promise.all(puts);
  }
  house.consumption.take();
  await through(house, [paymentCallback(uuid, 'OK', 50)]);
  return house.consumption.take();
}

/** One new callback, its requests: what lies in the tables must not matter. */
export async function requestsOfNew(house: AwsHouse, uuid: string): Promise<Consumption> {
  house.consumption.take();
  await through(house, [paymentCallback(uuid, 'OK', 10)]);
  return house.consumption.take();
}

async function measure(house: AwsHouse, name: string, callbacks: readonly RawCallback[]): Promise<PathCost> {
  const before = await receiveAll(house, callbacks);
  const { rows } = house.take();
  if (rows.length > 0) await house.apply(rows);
  const { moves } = house.take();
  if (moves.length > 0) await house.relay(moves);
  const behind = house.consumption.take();
  const { sqsRequests, logBytes } = house.takeBilled();
  const count = callbacks.length;
  const each = (figure: (consumption: Consumption) => number) => (figure(before) + figure(behind)) / count;
  return {
    name,
    callbacks: count,
    before: perCallback(before.requests, count),
    behind: perCallback(behind.requests, count),
    writeUnits: each(({ writeUnits }) => writeUnits),
    indexWriteUnits: each(({ indexWriteUnits }) => indexWriteUnits),
    readUnits: each(({ readUnits }) => readUnits),
    requestBytes: each(({ requestBytes }) => requestBytes),
    sqsRequests: sqsRequests / count,
    logBytes: logBytes / count,
    invocations: ((rows.length > 0 ? 1 : 0) + (moves.length > 0 ? 1 : 0)) / count,
  };
}

async function receiveAll(house: AwsHouse, callbacks: readonly RawCallback[]): Promise<Consumption> {
  for (const callback of callbacks) {
    const { statusCode } = await house.receive(eventOf(callback));
    if (statusCode !== 200) throw new Error(`receive answered ${statusCode}`);
  }
  return house.consumption.take();
}

async function through(house: AwsHouse, callbacks: readonly RawCallback[]): Promise<void> {
  for (const callback of callbacks) {
    await house.receive(eventOf(callback));
    const { rows } = house.take();
    if (rows.length > 0) await house.apply(rows);
    const { moves } = house.take();
    if (moves.length > 0) await house.relay(moves);
  }
}

/** How often each kind of request was sent a callback: `2 Query ledger`. */
function perCallback(requests: readonly string[], callbacks: number): string[] {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(request, (counts.get(request) ?? 0) + 1);
  return [...counts].map(([request, count]) => `${Number((count / callbacks).toFixed(2))} ${request}`);
}

function eventOf(callback: RawCallback): APIGatewayProxyEventV2 {
  return {
    rawPath: callback.path,
    rawQueryString: callback.rawQuery,
    headers: { ...callback.headers },
    body: Buffer.from(callback.body).toString('utf8'),
    isBase64Encoded: false,
    requestContext: { http: { method: callback.method }, requestId: 'JKJaXmPLvHcESHA=' },
  } as unknown as APIGatewayProxyEventV2;
}
