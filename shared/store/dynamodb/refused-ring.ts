import { type AttributeValue, ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type KeptRequest, writeKeptRequest } from '#shared/pipeline/kept-request.ts';
import type { Clock, ListedRefusal, RefusedSample, RefusedStore, RequestSealer } from '#shared/pipeline/ports.ts';
import { createSampleGate } from '#shared/pipeline/sample-gate.ts';
import { CALLBACK_DICTIONARY_1 } from './dictionary-callback-1.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { pack } from './packing.ts';

export interface RefusedRingOptions {
  readonly client: DynamoSend;
  /** The delivery table. */
  readonly table: string;
  readonly clock: Clock;
  /** Absent: samples are kept without their requests. */
  readonly sealer?: RequestSealer;
}

export interface RefusedRing extends Pick<RefusedStore, 'record'> {
  /**
   * Writes what is due and resolves when it is written or refused, at the latest after `withinMs`: Lambda freezes a
   * container once it has answered, and what was not sent by then waits for the next request. Never rejects.
   */
  settled(withinMs?: number): Promise<void>;
}

/** Samples that a connector, or all unknown ones together, show. */
export const KEPT = 20;
/** One flush of a connector a second, whatever the rate of refusals. */
const FLUSH_EVERY_MS = 1_000;
/** A sender decides how long these are; a ring stays small. */
const HEADER_CHARACTERS = 256;
/** Before the code in the names of the attributes that count. */
export const COUNT = 'count_';

/** A sample as it is stored. */
export type StoredRefusal = Omit<ListedRefusal, 'n'>;

/** Requests wait unsealed in memory only, and only the newest of a connector. */
interface WaitingSample {
  readonly sample: RefusedSample;
  readonly request?: KeptRequest;
}

interface Waiting {
  readonly counts: Map<string, number>;
  samples: readonly WaitingSample[];
  notBefore: number;
  flush: Promise<void> | undefined;
}

/**
 * Counts and the last samples, in the writing half that `receive` has: UpdateItem on keys that begin with `refused#` is all
 * it needs. A flush adds to the counters, which also number it, and puts its samples into slot number modulo 20: bounded,
 * and containers that write at once lose nothing of each other. What a container holds when it ends is lost.
 */
export function createDynamoRefusedRing(options: RefusedRingOptions): RefusedRing {
  const waiting = new Map<string, Waiting>();
  const gate = createSampleGate(options.clock);

  function startIfDue(pk: string, of: Waiting): void {
    const now = options.clock.now().getTime();
    if (of.flush !== undefined || of.counts.size + of.samples.length === 0 || now < of.notBefore) return;
    of.notBefore = now + FLUSH_EVERY_MS;
    of.flush = flush(options, pk, of).finally(() => {
      of.flush = undefined;
    });
  }

  return {
    record(sample, request) {
      const pk = refusedKey(sample.connectorId);
      const of = waiting.get(pk) ?? { counts: new Map(), samples: [], notBefore: 0, flush: undefined };
      waiting.set(pk, of);
      add(of.counts, sample.code, 1);
      if (request === undefined || gate.admits(pk, request.body.byteLength)) {
        of.samples = bounded([...of.samples, { sample: cut(sample), ...(request && { request }) }]);
      }
      startIfDue(pk, of);
    },

    async settled(withinMs) {
      for (const [pk, of] of waiting) startIfDue(pk, of);
      const flushes = [...waiting.values()].flatMap((of) => of.flush ?? []);
      if (flushes.length > 0) await within(Promise.all(flushes), withinMs);
    },
  };
}

export function refusedKey(connectorId: string | undefined): string {
  return `refused#${connectorId ?? ''}`;
}

/** Where the samples of a flush stand, until that of 20 flushes later takes the place. */
export function slotKey(pk: string, flush: number): { pk: AttributeValue; sk: AttributeValue } {
  return { pk: { S: pk }, sk: { S: `slot#${String(flush % KEPT).padStart(2, '0')}` } };
}

/** Never rejects: what could not be written waits for the next time, within its bounds. */
async function flush(options: RefusedRingOptions, pk: string, of: Waiting): Promise<void> {
  const counts = new Map(of.counts);
  const { samples } = of;
  of.counts.clear();
  of.samples = [];
  try {
    // Side by side: the answer waits for a flush only so long, and the first seal of a container reads a key.
    const [number, ready] = await Promise.all([count(options, pk, counts), sealNewest(options.sealer, samples)]);
    counts.clear();
    if (samples.length > 0) await keep(options, pk, number, ready);
  } catch {
    // Storage trouble: `receive` meets it too and says so.
    for (const [code, n] of counts) add(of.counts, code, n);
    of.samples = bounded([...samples, ...of.samples]);
  }
}

/** One item holds one request: the newest. */
function bounded(samples: readonly WaitingSample[]): readonly WaitingSample[] {
  const newest = samples.findLast(({ request }) => request !== undefined);
  return samples.slice(-KEPT).map((one) => (one === newest ? one : { sample: one.sample }));
}

/** Adds to the counters of a connector and gives the number of this flush. */
async function count(options: RefusedRingOptions, pk: string, counts: ReadonlyMap<string, number>): Promise<number> {
  const codes = [...counts];
  const { Attributes } = await options.client.send(
    new UpdateItemCommand({
      TableName: options.table,
      Key: { pk: { S: pk }, sk: { S: 'counts' } },
      UpdateExpression: `ADD flushes :one${codes.map((_, i) => `, #c${i} :n${i}`).join('')}`,
      ...(codes.length > 0 && {
        ExpressionAttributeNames: Object.fromEntries(codes.map(([code], i) => [`#c${i}`, `${COUNT}${code}`])),
      }),
      ExpressionAttributeValues: {
        ':one': { N: '1' },
        ...Object.fromEntries(codes.map(([, n], i): [string, AttributeValue] => [`:n${i}`, { N: String(n) }])),
      },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return Number(Attributes?.['flushes']?.N);
}

/** A flush that was held up does not write over a later one. */
async function keep(
  options: RefusedRingOptions,
  pk: string,
  number: number,
  { samples, sealed }: Ready,
): Promise<void> {
  try {
    await options.client.send(
      new UpdateItemCommand({
        TableName: options.table,
        Key: slotKey(pk, number),
        UpdateExpression: `SET flush = :flush, packed = :packed${sealed ? ', sealed = :sealed' : ' REMOVE sealed'}`,
        ConditionExpression: 'attribute_not_exists(flush) OR flush < :flush',
        ExpressionAttributeValues: {
          ':flush': { N: String(number) },
          ':packed': { B: pack(JSON.stringify(samples), CALLBACK_DICTIONARY_1) },
          ...(sealed && { ':sealed': { B: sealed } }),
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

interface Ready {
  readonly samples: readonly StoredRefusal[];
  readonly sealed: Uint8Array | undefined;
}

async function sealNewest(sealer: RequestSealer | undefined, waiting: readonly WaitingSample[]): Promise<Ready> {
  const newest = waiting.find(({ request }) => request !== undefined);
  const { request } = newest ?? {};
  const { connectorId } = newest?.sample ?? {};
  const sealed =
    request && connectorId !== undefined ? await sealer?.seal(connectorId, writeKeptRequest(request)) : undefined;
  const samples = waiting.map((one): StoredRefusal => {
    if (one !== newest || sealed === undefined || request === undefined) return one.sample;
    return { ...one.sample, kept: { bytes: request.body.byteLength, whole: request.whole } };
  });
  return { samples, sealed };
}

function cut(sample: RefusedSample): RefusedSample {
  const headers = Object.entries(sample.headers).map(([name, value]) => [name, value.slice(0, HEADER_CHARACTERS)]);
  return { ...sample, headers: Object.fromEntries(headers) };
}

function add(counts: Map<string, number>, code: string, n: number): void {
  counts.set(code, (counts.get(code) ?? 0) + n);
}

async function within(work: Promise<unknown>, withinMs: number | undefined): Promise<void> {
  if (withinMs === undefined) {
    await work;
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, withinMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
