import type { Gateway, NormalizedCallback } from '#shared/gateways/gateway.ts';
import type { Fact } from '#shared/model/fact.ts';
import { factsOf } from '#shared/model/facts-of.ts';
import { readOwnStatement } from './own-statement.ts';
import { type ConnectorTerms, withPlausibility } from './plausibility.ts';
import type { InboxRow } from './ports.ts';

export type FactsReading =
  | { readonly ok: true; readonly normalized: NormalizedCallback; readonly facts: readonly Fact[] }
  /** A bug of ours: its name and place, nothing of the callback. */
  | { readonly ok: false; readonly message: string };

/**
 * What a stored statement says, read by its gateway's adapter (one of our own: by us, whatever the gateway); with
 * `terms`, flagged where it is not as the connector's version expects it, which names no other subjects. Never throws: a
 * bug in normalizing is a value.
 */
export function readFacts(
  gateways: Readonly<Record<string, Gateway>>,
  row: InboxRow,
  terms?: ConnectorTerms,
): FactsReading {
  try {
    const gateway = gateways[row.gateway];
    if (gateway === undefined) return { ok: false, message: `No adapter for gateway "${row.gateway}" in this release` };
    const normalized = row.source === 'own' ? readOwnStatement(row.body) : normalizedBy(gateway, row, terms);
    return { ok: true, normalized, facts: factsOfNormalized(normalized) };
  } catch (error) {
    // The message may quote the callback; the error's name and place are enough to find the bug.
    return { ok: false, message: placeOf(error) };
  }
}

/** Of all notifications, in their order. */
export function factsOfNormalized({ origin, notifications }: NormalizedCallback): readonly Fact[] {
  return notifications.flatMap((notification) => factsOf(notification, origin));
}

function normalizedBy(gateway: Gateway, row: InboxRow, terms: ConnectorTerms | undefined): NormalizedCallback {
  const said = gateway.normalize({ source: row.source, body: row.body, declared: row.declared });
  return terms === undefined ? said : withPlausibility(said, row, terms);
}

/** Name and place of a bug, and nothing of what it was met in. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'A value that is no Error was thrown';
  const place =
    error.stack
      ?.split('\n')
      .find((line) => line.trim().startsWith('at '))
      ?.trim() ?? 'unknown place';
  return `${error.name} ${place.replace(/\(.*\/(shared|functions|local)\//, '($1/')}`;
}
