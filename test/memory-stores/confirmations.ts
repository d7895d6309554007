import { aboutName } from '#shared/pipeline/about-name.ts';
import { changedRequest } from '#shared/pipeline/changed-request.ts';
import type { AskPause, ConfirmationStore, ConfirmId, ConfirmRequest } from '#shared/pipeline/confirm-request.ts';
import { nextTurnAfter } from '#shared/pipeline/next-turn-after.ts';
import { frozen } from './frozen.ts';
import { byText, pageOf } from './page-of.ts';

export type Confirmations = ConfirmationStore & { waitingCount(): number };

/** Questions in a Map; ended ones are never deleted. */
export function createMemoryConfirmations(): Confirmations {
  const rows = new Map<string, ConfirmRequest>();
  const freeAt = new Map<string, number>();
  const pauses = new Map<string, AskPause>();
  const waiting = () => [...rows.values()].filter(({ state }) => state === 'waiting');
  return {
    async putConfirmation(request) {
      if (rows.has(keyOf(request))) return 'exists';
      rows.set(keyOf(request), frozen(request));
      return 'put';
    },
    async confirmations({ connectorId, state, ...page }) {
      const matching = [...rows.values()]
        .filter((row) => connectorId === undefined || row.connectorId === connectorId)
        .filter((row) => (state === undefined ? row.state !== 'done' : row.state === state))
        .sort((a, b) => byText(placeOf(b), placeOf(a)));
      return pageOf('confirmations', matching, placeOf, page, true);
    },
    async confirmation(id) {
      return rows.get(keyOf(id));
    },
    async dueConfirmations(now, limit) {
      return waiting()
        .filter(({ nextAt }) => nextAt !== null && nextAt <= now)
        .sort((a, b) => byText(a.nextAt ?? '', b.nextAt ?? ''))
        .slice(0, limit);
    },
    async claimConfirmation(request, nextAt) {
      const present = rows.get(keyOf(request));
      if (present?.state !== 'waiting' || present.nextAt !== request.nextAt || present.nextAt === null)
        return undefined;
      const claimed = frozen({ ...present, nextAt, hasTurn: false });
      rows.set(keyOf(request), claimed);
      return claimed;
    },
    async updateConfirmation(id, change, heldUntil) {
      const present = rows.get(keyOf(id));
      if (present === undefined || present.nextAt !== heldUntil) return false;
      rows.set(keyOf(id), frozen(changedRequest(present, change)));
      return true;
    },
    async waitingAbout(id) {
      return waiting().filter((row) => aboutName(row) === aboutName(id));
    },
    async askPause(connectorId) {
      return pauses.get(connectorId);
    },
    async setAskPause(connectorId, pause) {
      if (pause === undefined) pauses.delete(connectorId);
      else pauses.set(connectorId, frozen(pause));
    },
    async takeTurn(rate, nowMs) {
      const turn = nextTurnAfter(rate, freeAt.get(rate.id), nowMs);
      freeAt.set(rate.id, turn.freeAtMs);
      return turn.turnMs;
    },
    waitingCount: () => waiting().length,
  };
}

function keyOf(id: ConfirmId): string {
  return `${aboutName(id)} ${id.evidenceDigest}`;
}

function placeOf(request: ConfirmRequest): string {
  return `${request.at} ${keyOf(request)}`;
}
