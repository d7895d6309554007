import { join } from 'node:path';
import { openLedgerDatabase } from '#local/store/ledger-database.ts';
import { temporaryFolders } from '../store/sqlite-folder.ts';
import { describeReconcileOn } from './reconcile-on-stores.ts';

const newFolder = temporaryFolders();

describeReconcileOn('SQLite', async () => openLedgerDatabase(join(newFolder(), 'ledger.db')));
