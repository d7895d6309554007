import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { QueueEngine } from '#local/queue/engine.ts';
import { openQueueDatabase } from '#local/queue/queue-database.ts';
import { type InboxReads, openInboxReader } from '#local/store/inbox-reads.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#local/store/ledger-database.ts';

export interface PumpFiles {
  readonly inbox: InboxReads;
  readonly ledger: LedgerDatabase;
  readonly engine: QueueEngine;
  close(): Promise<void>;
}

/** The pump thread's three files: the inbox to read, the ledger and the queues as their one writer. Throws where one cannot be opened. */
export function openPumpFiles(dataFolder: string): PumpFiles {
  const inbox = opened(join(dataFolder, 'inbox.db'), openInboxReader);
  const ledger = opened(join(dataFolder, 'ledger.db'), openLedgerDatabase);
  const queues = opened(join(dataFolder, 'queues.db'), openQueueDatabase);
  return {
    inbox,
    ledger,
    engine: new QueueEngine(queues, { now: () => Date.now(), randomId: randomUUID }),
    async close() {
      await ledger.close();
      queues.close();
      inbox.close();
    },
  };
}

function opened<T>(path: string, open: (path: string) => T): T {
  try {
    return open(path);
  } catch (error) {
    throw new Error(`cannot open ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
