import { firstAskAt } from './age-curve.ts';
import type { HeadRow } from './ports.ts';
import type { ReconcileDeps } from './reconcile.ts';

/** Heads looked at in one go, and put in one commit. */
const HEADS_AT_ONCE = 500;
const TOGETHER = 25;

/** Puts a question about each payment that is past its due time, until none is left or the time is over. */
export async function askAboutDue(
  deps: Pick<ReconcileDeps, 'ledger' | 'delivery' | 'clock' | 'batch'>,
  isOver: () => boolean,
): Promise<{ readonly asked: number; readonly cut: boolean }> {
  let asked = 0;
  for (;;) {
    const heads = await deps.ledger.dueHeads(deps.clock.now().toISOString(), HEADS_AT_ONCE);
    let taken = 0;
    for (let at = 0; at < heads.length; at += TOGETHER) {
      if (isOver()) return { asked, cut: true };
      const some = heads.slice(at, at + TOGETHER);
      const done = await deps.batch(() => Promise.all(some.map((head) => ask(deps, head))));
      asked += done.filter((one) => one.isNew).length;
      taken += done.filter((one) => one.isTaken).length;
    }
    // None taken: others are at the same work, or the index still shows what was taken.
    if (heads.length < HEADS_AT_ONCE || taken === 0) return { asked, cut: false };
  }
}

/**
 * The question before the head is taken out of the index: a crash between repeats both, and the question is the same. A
 * head that moved meanwhile stays in; its question, about a due time of before, finds it as it is then.
 */
async function ask(
  { ledger, delivery, clock }: Pick<ReconcileDeps, 'ledger' | 'delivery' | 'clock'>,
  { key, merchantId, version, due }: HeadRow,
): Promise<{ readonly isNew: boolean; readonly isTaken: boolean }> {
  const now = clock.now();
  // Times are compared as text, which years of more than four digits defeat: such a payment is due in no time of ours.
  if (due === undefined || !(Date.parse(due) <= now.getTime())) {
    return { isNew: false, isTaken: await ledger.takeDue(key, version) };
  }
  const put = await delivery.putConfirmation({
    connectorId: key.connectorId,
    merchantId,
    about: { type: 'subject', subject: key },
    evidenceDigest: `overdue/${due}`,
    reason: 'overdue',
    at: now.toISOString(),
    due,
    state: 'waiting',
    nextAt: firstAskAt(due),
    attempts: 0,
    hasTurn: false,
  });
  return { isNew: put === 'put', isTaken: await ledger.takeDue(key, version) };
}
