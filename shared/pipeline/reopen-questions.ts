import type { Clock, DeliveryStore } from './ports.ts';

const PAGE = 100;
/** Questions that come back with one change of a connector; the oldest beyond stay given up. */
const MOST_PAGES = 50;

/**
 * A connector has been written anew: what could not be asked for want of settings or credentials is asked again at once, and
 * a pause that refused credentials had made is over. Repeated, it is harmless. How many came back.
 */
export async function reopenQuestions(
  { delivery, clock }: { readonly delivery: DeliveryStore; readonly clock: Clock },
  connectorId: string,
): Promise<number> {
  await delivery.setAskPause(connectorId, undefined);
  const nextAt = clock.now().toISOString();
  let reopened = 0;
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await delivery.confirmations({
      ...{ connectorId, state: 'given_up' as const, limit: PAGE },
      ...(cursor !== undefined && { cursor }),
    });
    for (const question of page.items.filter(({ lastOutcome }) => lastOutcome === 'cannot')) {
      const { attempts, notes, found, cursor: place } = question;
      const change = { state: 'waiting' as const, nextAt, attempts, hasTurn: false };
      const kept = { ...(place !== undefined && { cursor: place }), ...(found !== undefined && { found }) };
      const isMine = await delivery.updateConfirmation(
        question,
        { ...change, ...kept, ...(notes !== undefined && { notes }) },
        question.nextAt,
      );
      if (isMine) reopened += 1;
    }
    if (page.cursor === null) return reopened;
    cursor = page.cursor;
  }
  return reopened;
}
