import type { HeadRow, InboxRow, VersionRow } from '#shared/pipeline/ports.ts';
import type { MemoryStores } from '../memory-stores/memory-stores.ts';

export interface Step {
  readonly status: 'PENDING' | 'FINISHED' | 'ERROR';
  /** null: quiet. */
  readonly type: string | null;
}

export interface TransactionStory {
  readonly connectorId?: string;
  readonly merchantId?: string;
  readonly id: string;
  readonly kind?: string;
  readonly reference?: string;
  readonly purchase?: string;
  readonly minute?: number;
  readonly steps?: readonly Step[];
  readonly more?: Readonly<Record<string, string>>;
}

export const PENDING: Step = { status: 'PENDING', type: 'payment.debit.pending' };
export const FINISHED: Step = { status: 'FINISHED', type: 'payment.debit.finished' };
export const QUIET: Step = { status: 'FINISHED', type: null };
export const UPDATED: Step = { status: 'FINISHED', type: 'payment.debit.updated' };

/** Stores a transaction and the callbacks that made it, as apply would have. */
export async function storeTransaction(stores: MemoryStores, story: TransactionStory): Promise<void> {
  const { connectorId = 'acme-cc-1', merchantId = 'acme', id, steps = [PENDING, FINISHED] } = story;
  const key = { connectorId, type: 'transaction', id } as const;
  const lastByType: Record<string, { version: number; time: string }> = {};
  for (const [i, step] of steps.entries()) {
    const time = timeAt(story, i);
    const causeId = `${connectorId}:${id}-${i + 1}`;
    await stores.inbox.put(callbackRow(causeId, connectorId, merchantId, time, id));
    const data = dataOf(story, merchantId, connectorId, i + 1, step);
    const row: VersionRow = {
      ...{ key, version: i + 1, time, merchantId, gateway: 'ixopay', mode: 'live', evidence: {} },
      ...{ type: step.type, data, causeId, cause: 'callback', lastByType: { ...lastByType } },
    };
    await stores.ledger.putVersion(row);
    if (step.type !== null) lastByType[step.type] = { version: i + 1, time };
  }
  await stores.ledger.moveHead(headOf(story, merchantId, connectorId, steps));
}

function timeAt(story: TransactionStory, second: number): string {
  return new Date(Date.UTC(2026, 0, 15, 9, story.minute ?? 0, second)).toISOString();
}

function dataOf(
  story: TransactionStory,
  merchantId: string,
  connectorId: string,
  version: number,
  step: Step,
): VersionRow['data'] {
  const { id, kind = 'debit', reference, purchase, more } = story;
  return {
    ...{ version, merchantId, connectorId, gateway: 'ixopay', id, testMode: false, reasons: ['status'], changes: [] },
    ...{ kind, status: step.status, proven: true, final: true, contradictory: false },
    amount: { value: '24.50', minor: 2450, currency: 'EUR' },
    ...(reference === undefined ? {} : { merchantReference: reference }),
    ...(purchase === undefined ? {} : { purchaseReference: purchase }),
    ...more,
  };
}

function headOf(story: TransactionStory, merchantId: string, connectorId: string, steps: readonly Step[]): HeadRow {
  const { id, kind = 'debit', reference, purchase } = story;
  return {
    key: { connectorId, type: 'transaction', id },
    ...{ version: steps.length, merchantId, mode: 'live', kind, status: steps.at(-1)?.status ?? 'PENDING' },
    ...{ createdAt: timeAt(story, 0), updatedAt: timeAt(story, steps.length - 1), flags: [], aliases: [] },
    ...(reference === undefined ? {} : { merchantReference: reference }),
    ...(purchase === undefined ? {} : { purchaseReference: purchase }),
  };
}

export function callbackRow(
  callbackId: string,
  connectorId: string,
  merchantId: string,
  receivedAt: string,
  uuid = callbackId,
): InboxRow {
  return {
    ...{ callbackId, connectorId, merchantId, gateway: 'ixopay', source: 'pushed', mode: 'live', receivedAt },
    ...{ method: 'POST', path: `/callbacks/${connectorId}`, rawQuery: '', headers: { date: 'x' }, declared: {} },
    verdict: {
      keyId: 'k-1',
      algorithm: 'hmac-sha512/sha512',
      readings: { contentType: 'received', date: 'Date', path: 'registered' },
    },
    body: Buffer.from(JSON.stringify({ uuid, callbackId })),
    bodySha256: 'ab'.repeat(32),
  };
}
