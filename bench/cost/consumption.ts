import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What DynamoDB charged for some requests, by the engine's own ConsumedCapacity. */
export interface Consumption {
  /** Operation and table, in the order sent: `PutItem inbox`. */
  readonly requests: readonly string[];
  readonly writeUnits: number;
  /** Of the secondary indexes, not part of `writeUnits`. */
  readonly indexWriteUnits: number;
  readonly readUnits: number;
  /** Of the requests' JSON as sent. */
  readonly requestBytes: number;
}

interface Capacity {
  readonly CapacityUnits?: number;
  readonly Table?: { readonly CapacityUnits?: number };
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query']);

export interface ConsumptionRecorder {
  /** What was consumed since the last call. */
  take(): Consumption;
}

/**
 * Writes down what every request of the client consumes. A write whose condition failed is charged like one that was
 * made (developer guide, "Read and write operations"); the engine does not say so, and it is counted as one unit.
 */
export function recordConsumption(client: DynamoDBClient): ConsumptionRecorder {
  let now = empty();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      const input = args.input as { TableName?: string; ReturnConsumedCapacity?: string };
      input.ReturnConsumedCapacity = 'INDEXES';
      now.requests.push(`${operation} ${tableOf(args.input)}`);
      now.requestBytes += Buffer.byteLength(JSON.stringify(args.input, binaryAsText));
      try {
        const result = await next(args);
        const consumed = (result.output as { ConsumedCapacity?: Capacity | Capacity[] }).ConsumedCapacity;
        for (const capacity of [consumed ?? []].flat()) add(now, operation, capacity);
        return result;
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') now.writeUnits += 1;
        throw error;
      }
    },
    { step: 'initialize', name: 'recordConsumption' },
  );
  return {
    take() {
      const taken = now;
      now = empty();
      return taken;
    },
  };
}

function empty() {
  return { requests: [] as string[], writeUnits: 0, indexWriteUnits: 0, readUnits: 0, requestBytes: 0 };
}

function add(now: ReturnType<typeof empty>, operation: string, capacity: Capacity): void {
  const indexes = Object.values(capacity.GlobalSecondaryIndexes ?? {}).reduce(
    (sum, { CapacityUnits = 0 }) => sum + CapacityUnits,
    0,
  );
  if (READS.has(operation)) {
    now.readUnits += capacity.CapacityUnits ?? 0;
    return;
  }
  now.writeUnits += capacity.Table?.CapacityUnits ?? (capacity.CapacityUnits ?? 0) - indexes;
  now.indexWriteUnits += indexes;
}

/** `t123-4-inbox` is `inbox`: the prefix is the test's. */
function tableOf(input: object): string {
  if ('TableName' in input) return String(input.TableName).split('-').at(-1) ?? '';
  if ('RequestItems' in input)
    return Object.keys(input.RequestItems as object)
      .map((name) => name.split('-').at(-1))
      .join('+');
  return 'several';
}

/** The protocol sends bytes as base64. */
function binaryAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
