import { subjectName } from '#shared/model/vocabulary.ts';
import type { CursorId, DeliveryStore, FailedRow, OldSecretCount, ParkingCursor } from '#shared/pipeline/ports.ts';
import { createMemoryConfirmations } from './confirmations.ts';
import { frozen } from './frozen.ts';
import { byText, pageOf } from './page-of.ts';

/** A DeliveryStore of Maps. `parked` counts every cursor, `dead` those of them that wait for an operator. */
export function createMemoryDelivery(): DeliveryStore {
  const cursors = new Map<string, ParkingCursor>();
  const failed = new Map<string, FailedRow>();
  const { waitingCount, ...confirmations } = createMemoryConfirmations();
  const oldSecrets = new Map<string, Record<string, OldSecretCount>>();
  return {
    ...parking(cursors),
    ...bulk(cursors),
    ...confirmations,
    async putFailed(row) {
      failed.set(row.callbackId, frozen(row));
    },
    async deleteFailed(callbackId) {
      failed.delete(callbackId);
    },
    async failed(page) {
      const rows = [...failed.values()].sort((a, b) => byText(failedKey(b), failedKey(a)));
      return pageOf('failed', rows, failedKey, page, true);
    },
    async noteOldSecret({ connectorId, keyId, receivedAt }) {
      const counts = oldSecrets.get(connectorId) ?? {};
      const { callbacks = 0, lastAt = '' } = counts[keyId] ?? {};
      const count = { callbacks: callbacks + 1, lastAt: [receivedAt, lastAt].sort().at(-1) ?? '' };
      oldSecrets.set(connectorId, { ...counts, [keyId]: count });
    },
    async oldSecretUse(connectorId) {
      return oldSecrets.get(connectorId) ?? {};
    },
    async counts() {
      const dead = [...cursors.values()].filter(({ state }) => state === 'dead').length;
      return { parked: cursors.size, dead, failed: failed.size, confirmations: waitingCount() };
    },
  };
}

type Parking = Pick<
  DeliveryStore,
  'cursor' | 'createCursor' | 'extendCursor' | 'claimCursor' | 'deleteCursor' | 'updateCursor'
>;

function parking(cursors: Map<string, ParkingCursor>): Parking {
  return {
    async cursor(id) {
      return cursors.get(cursorKey(id));
    },
    async createCursor(cursor) {
      if (cursors.has(cursorKey(cursor))) return 'exists';
      cursors.set(cursorKey(cursor), frozen(cursor));
      return 'created';
    },
    async extendCursor(id, upTo) {
      const present = cursors.get(cursorKey(id));
      if (present === undefined) return 'absent';
      if (present.upTo >= upTo) return 'already';
      cursors.set(cursorKey(id), frozen({ ...present, upTo }));
      return 'extended';
    },
    async claimCursor(cursor, nextAt) {
      const present = cursors.get(cursorKey(cursor));
      if (present === undefined || present.state !== 'waiting' || present.nextAt !== cursor.nextAt) return undefined;
      const claimed = frozen({ ...present, nextAt });
      cursors.set(cursorKey(cursor), claimed);
      return claimed;
    },
    async deleteCursor(id, lastSent, heldUntil) {
      const present = cursors.get(cursorKey(id));
      if (present === undefined) return 'absent';
      if (present.upTo > lastSent || !isHeld(present, heldUntil)) return 'newer';
      cursors.delete(cursorKey(id));
      return 'deleted';
    },
    async updateCursor(id, change, heldUntil) {
      const present = cursors.get(cursorKey(id));
      if (present === undefined || !isHeld(present, heldUntil)) return false;
      const { from, attempts, nextAt, state, lastError } = change;
      cursors.set(cursorKey(id), frozen({ ...present, from, attempts, nextAt, state, lastError }));
      return true;
    },
  };
}

function isHeld({ nextAt }: ParkingCursor, heldUntil: string | null | undefined): boolean {
  return heldUntil === undefined || heldUntil === nextAt;
}

type Bulk = Pick<DeliveryStore, 'dueCursors' | 'cursors' | 'deleteCursorsOf' | 'releaseCursors' | 'postponeCursors'>;

function bulk(cursors: Map<string, ParkingCursor>): Bulk {
  const of = (merchantId: string, subscriptionId: string) =>
    [...cursors.entries()].filter(
      ([, cursor]) => cursor.merchantId === merchantId && cursor.subscriptionId === subscriptionId,
    );
  return {
    async dueCursors(now, limit) {
      return [...cursors.values()]
        .filter(({ state, nextAt }) => state === 'waiting' && nextAt !== null && nextAt <= now)
        .sort((a, b) => byText(a.nextAt ?? '', b.nextAt ?? '') || byText(cursorKey(a), cursorKey(b)))
        .slice(0, limit);
    },
    async cursors(query) {
      const { merchantId, subscriptionId, state } = query;
      const matching = [...cursors.values()]
        .filter((cursor) => merchantId === undefined || cursor.merchantId === merchantId)
        .filter((cursor) => subscriptionId === undefined || cursor.subscriptionId === subscriptionId)
        .filter((cursor) => state === undefined || cursor.state === state)
        .sort((a, b) => byText(cursorKey(a), cursorKey(b)));
      return pageOf('cursors', matching, cursorKey, query);
    },
    async deleteCursorsOf(merchantId, subscriptionId) {
      const own = of(merchantId, subscriptionId);
      for (const [key] of own) cursors.delete(key);
      return own.length;
    },
    async postponeCursors(merchantId, subscriptionId, nextAt) {
      const own = of(merchantId, subscriptionId).filter(
        ([, cursor]) => cursor.state === 'waiting' && cursor.nextAt !== null && cursor.nextAt < nextAt,
      );
      for (const [key, cursor] of own) cursors.set(key, frozen({ ...cursor, nextAt }));
      return own.length;
    },
    async releaseCursors(merchantId, subscriptionId, nextAt) {
      const own = of(merchantId, subscriptionId);
      for (const [key, cursor] of own) cursors.set(key, frozen({ ...cursor, state: 'waiting', attempts: 0, nextAt }));
      return own.length;
    },
  };
}

function cursorKey(id: CursorId): string {
  return `${id.merchantId}/${id.subscriptionId}/${subjectName(id.subject)}`;
}

function failedKey(row: FailedRow): string {
  return `${row.at} ${row.callbackId}`;
}
