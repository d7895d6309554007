import { setTimeout } from 'node:timers/promises';
import type { LedgerStore } from '#shared/pipeline/ports.ts';
import type { DynamoSend } from './dynamo-send.ts';
import { ledgerDue } from './ledger-due.ts';
import { ledgerFind } from './ledger-find.ts';
import { ledgerHeads } from './ledger-heads.ts';
import { ledgerOutcomes } from './ledger-outcomes.ts';
import type { LedgerTable } from './ledger-reads.ts';
import { ledgerScopes } from './ledger-scopes.ts';
import { ledgerVersions } from './ledger-versions.ts';

export interface DynamoLedgerOptions {
  readonly client: DynamoSend;
  readonly table: string;
  /** Waits before what DynamoDB left undone is asked for again. */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * The ledger in one table, a partition a subject (DESIGN.md "Data"). One new callback of a known connector costs one
 * consistent Query, one conditional put of the version and one of the head.
 */
export function createDynamoLedger({ client, table, pause = setTimeout }: DynamoLedgerOptions): LedgerStore {
  const ledger: LedgerTable = { client, table, pause };
  const scopes = ledgerScopes(ledger);
  return {
    ...ledgerVersions(ledger),
    ...ledgerHeads(ledger, scopes),
    ...ledgerOutcomes(ledger),
    ...ledgerDue(ledger),
    find: ledgerFind(ledger, scopes),
  };
}
