import type { Evidence } from '#shared/model/fact.ts';
import type { HeadRow, VersionRow } from './ports.ts';

/**
 * What a child has told a subject of another connector behind the same callback URL, in case the original is that
 * connector's: evidence without a head, so that no list, look-up or subscription knows of it. A callback of the
 * original's own makes a payment of it, in whatever order they come (model.md 4).
 */
export function isDeposit(subject: { readonly version?: VersionRow; readonly head?: HeadRow }): boolean {
  const { version, head } = subject;
  return version !== undefined && head === undefined && isHearsay(version.evidence);
}

/** Nothing but what children say. */
export function isHearsay(evidence: Evidence): boolean {
  return Object.keys(evidence).every((slot) => slot.startsWith('child/'));
}
