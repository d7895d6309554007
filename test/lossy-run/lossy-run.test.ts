import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openInboxDatabase } from '#local/store/inbox-database.ts';
import { openLedgerDatabase } from '#local/store/ledger-database.ts';
import { createMemorySecretBox } from '../memory-stores/secret-box.ts';
import { temporaryFolders } from '../store/sqlite-folder.ts';
import { lossyRun } from './lossy-run.ts';
import { UNDISCOVERABLE } from './undiscoverable.ts';

const newFolder = temporaryFolders();

/** What must hold after reconcile, whatever was lost, repeated and shuffled; the states are written by hand in the scripts. */
it.each(Object.entries(UNDISCOVERABLE))(
  'embedded stores, seed %s: every payment that was heard of ends as it must',
  async (seed, names) => {
    const folder = newFolder();
    const inbox = openInboxDatabase(join(folder, 'inbox.db'));
    const stores = openLedgerDatabase(join(folder, 'ledger.db'));
    try {
      const run = await lossyRun({ ...stores, inbox, secrets: createMemorySecretBox() }, Number(seed));
      expect(run.differences).toEqual([]);
      expect(run.undiscoverable).toEqual(names);
      expect(run.troubles).toEqual([]);
      expect(run.lost).toBeGreaterThan(60);
      expect(run.checked).toBeGreaterThan(250);
    } finally {
      inbox.close();
      await stores.close();
    }
  },
  120_000,
);
