import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { HeadRow, VersionRow } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from './dynamo-send.ts';
import type { Item } from './ledger-keys.ts';
import { createDynamoLedger } from './ledger-store.ts';
import { versionItems } from './ledger-version-item.ts';

export const key = { connectorId: 'acme-cc-1', type: 'transaction', id: 't1' } as const;
export const PK = 'acme-cc-1#transaction#t1';
export const AT = '2026-01-15T09:00:00.000Z';

export function head(version: number, change: Partial<HeadRow> = {}): HeadRow {
  const fixed = { key, version, merchantId: 'acme', mode: 'live', createdAt: AT, updatedAt: AT } as const;
  return { ...fixed, kind: 'debit', status: 'FINISHED', flags: [], aliases: [], ...change };
}

export function version(number: number, change: Partial<VersionRow> = {}): VersionRow {
  const fixed = { key, version: number, time: AT, merchantId: 'acme', gateway: 'ixopay', mode: 'live' } as const;
  const made = { causeId: `acme-cc-1:c${number}`, cause: 'callback', lastByType: {} } as const;
  return { ...fixed, ...made, evidence: {}, type: 'payment.debit.finished', data: { version: number }, ...change };
}

export interface Request {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A client that writes down what it is asked for, and answers as planned, then with nothing. */
export function recorder(...answers: readonly unknown[]) {
  const requests: Request[] = [];
  const left = [...answers];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    requests.push({ name: command.constructor.name, input: command.input });
    const answer = left.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const pauses: number[] = [];
  const client = { send } as unknown as DynamoSend;
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  return { requests, pauses, ledger: createDynamoLedger({ client, table: 'ledger', pause }) };
}

export const refused = (Item?: Item) =>
  new ConditionalCheckFailedException({ message: 'no', $metadata: {}, ...(Item && { Item }) });
export const KNOWN = { Item: { pk: { S: 'known' } } };
export const rowOf = (row: VersionRow): Item => versionItems(row).row;
export const names = (requests: readonly Request[]) => requests.map(({ name }) => name);
