import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openLedgerDatabase } from '#local/store/ledger-database.ts';
import { LEDGER_MIGRATIONS } from '#local/store/ledger-schema.ts';
import { migrate } from '#local/store/open-database.ts';
import { questionOf } from './confirmation-contract.ts';
import { subjectOf, timeAt } from './rows.ts';
import { temporaryFolders } from './sqlite-folder.ts';

const newFolder = temporaryFolders();
/** The migration that gave questions a life. */
const BEFORE = 4;

describe('questions of before', () => {
  it('wait since they were put, and keep their ids', async () => {
    const path = join(newFolder(), 'ledger.db');
    const old = new DatabaseSync(path);
    migrate(old, LEDGER_MIGRATIONS.slice(0, BEFORE), path);
    const ids = ['t1', "o'neil", 'half\uD83D', 'nul\u0000a', 'é'];
    const insert = old.prepare('INSERT INTO confirmation (subject, evidence_digest, at, record) VALUES (?, ?, ?, ?)');
    for (const [i, id] of ids.entries()) {
      const subject = subjectOf(id);
      const row = { subject, merchantId: 'acme', evidenceDigest: 'e1', reason: 'contradictory', settles: ['d1'] };
      insert.run(`acme-cc-1:transaction:${id}`, 'e1', timeAt(i), JSON.stringify({ ...row, at: timeAt(i) }));
    }
    old.close();
    const { delivery, close } = openLedgerDatabase(path);
    const due = await delivery.dueConfirmations(timeAt(99), 10);
    const { causeId: _, ...question } = questionOf('');
    expect(due).toEqual(
      ids.map((id, i) => ({
        ...{ ...question, at: timeAt(i), nextAt: timeAt(i) },
        about: { type: 'subject', subject: subjectOf(id) },
      })),
    );
    const [first] = due;
    if (first === undefined) throw new Error('nothing is due');
    expect(await delivery.claimConfirmation(first, timeAt(500))).toBeDefined();
    expect(await delivery.putConfirmation(questionOf('t1'))).toBe('exists');
    await close();
  });
});

describe('questions in SQLite', () => {
  it('tell when the next is due; ended ones go after 30 days, in steps, with rates that nobody uses', async () => {
    const { delivery, close } = openLedgerDatabase(join(newFolder(), 'ledger.db'));
    expect(await delivery.nextQuestionAt()).toBeUndefined();
    for (let i = 0; i < 5; i++) await delivery.putConfirmation(questionOf(`t${i}`, 'e1', { nextAt: timeAt(i) }));
    await delivery.takeTurn({ id: 'acme-cc-1', perMinute: 60, burst: 1 }, Date.parse(timeAt(0)));
    expect(await delivery.nextQuestionAt()).toBe(timeAt(0));
    const ended = { nextAt: null, attempts: 1, hasTurn: false } as const;
    for (let i = 0; i < 3; i++) {
      await delivery.updateConfirmation(questionOf(`t${i}`), { ...ended, state: 'done' }, timeAt(i));
    }
    await delivery.updateConfirmation(questionOf('t3'), { ...ended, state: 'given_up' }, timeAt(3));
    expect(await delivery.nextQuestionAt()).toBe(timeAt(4));
    const day = 86_400_000;
    expect(await delivery.purgeConfirmations(timeAt(30 * day - 1), 1)).toBe(1);
    expect(await delivery.purgeConfirmations(timeAt(30 * day + 2), 2)).toBe(2);
    expect(await delivery.purgeConfirmations(timeAt(30 * day + 2), 2)).toBe(1);
    expect(await delivery.purgeConfirmations(timeAt(90 * day), 9)).toBe(0);
    expect(await delivery.confirmation(questionOf('t3'))).toMatchObject({ state: 'given_up' });
    expect(await delivery.putConfirmation(questionOf('t0'))).toBe('put');
    await close();
  });
});
