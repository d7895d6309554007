import type { Connector } from './records.ts';

/** Chargebacks come that late: so long verified callbacks are taken after a connector has gone out of use. */
export const RETIRED_AFTER_DAYS = 540;
const DAY_MS = 86_400_000;

/** Since when the connector is out of use (ISO); undefined: it is in use. Rows of before do not say: since their last change. */
function outOfUseSince(connector: Connector): string | undefined {
  const { active, archived, archivedAt, inactiveSince, updatedAt } = connector;
  const since = [...(archived ? [archivedAt ?? updatedAt] : []), ...(active ? [] : [inactiveSince ?? updatedAt])];
  return since.sort()[0];
}

/** When its callbacks stop being taken (ISO); undefined: it is in use. */
export function retiresAt(connector: Connector, afterDays = RETIRED_AFTER_DAYS): string | undefined {
  const since = outOfUseSince(connector);
  return since === undefined ? undefined : new Date(Date.parse(since) + afterDays * DAY_MS).toISOString();
}

export function isRetired(connector: Connector, now: Date, afterDays = RETIRED_AFTER_DAYS): boolean {
  const end = retiresAt(connector, afterDays);
  return end !== undefined && now.toISOString() >= end;
}
