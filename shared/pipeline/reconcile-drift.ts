import { createHash } from 'node:crypto';
import type { Connector } from '#shared/registry/records.ts';
import type { LedgerQuery } from './ports.ts';
import type { ReconcileDeps } from './reconcile.ts';

const DAY_MS = 86_400_000;
/** Payments that are sampled began so long ago at most: gateways' APIs forget older ones. */
const OLDEST_MS = 30 * DAY_MS;

/**
 * Puts a question about some finished payments that are older than a day: those that began before a moment of the last 30
 * days that chance chooses. What the gateway answers enters the inbox; confirm tells in what it differs (drift-of.ts).
 */
export async function askASample(
  { ledger, delivery, clock, settings, chance }: ReconcileDeps,
  { connectorId, merchantId }: Pick<Connector, 'connectorId' | 'merchantId'>,
  round: number,
): Promise<number> {
  if (settings.driftSample < 1) return 0;
  const now = clock.now();
  // Of the round, not of now: a round that is repeated chooses the same.
  const beganMs = round * settings.roundMinutes * 60_000;
  const toMs = beganMs - DAY_MS - chance(`${connectorId} ${round}`) * (OLDEST_MS - DAY_MS);
  const query: LedgerQuery = {
    type: 'transaction',
    connectorId,
    merchantId,
    status: 'FINISHED',
    limit: settings.driftSample,
  };
  const from = new Date(beganMs - OLDEST_MS).toISOString();
  const { items } = await ledger.find({ ...query, from, to: new Date(toMs).toISOString() });
  for (const { key } of items) {
    await delivery.putConfirmation({
      ...{ connectorId, merchantId, about: { type: 'subject', subject: key } },
      evidenceDigest: `drift/${new Date(beganMs).toISOString()}`,
      reason: 'drift',
      at: now.toISOString(),
      state: 'waiting',
      nextAt: now.toISOString(),
      attempts: 0,
      hasTurn: false,
    });
  }
  return items.length;
}

/** Chance by digest: evenly spread, and the same again for the same text. */
export function chanceOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
