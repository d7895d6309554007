/** How old an overdue payment is, counted from its due time, when the gateway is asked; then daily until the horizon. */
const AGES_MINUTES: readonly number[] = [5, 15, 60, 180, 720];
const DAILY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/** Where the gateway cannot be asked, or says nothing of its own: own value, as long as most APIs keep a payment at hand. */
const DEFAULT_HORIZON_MINUTES = 7 * DAILY_MINUTES;

/** When the age that counts from `due` (ISO) first reaches the curve. */
export function firstAskAt(due: string): string {
  return agedAt(due, AGES_MINUTES[0] ?? 0);
}

/** When the horizon of what is due at `due` has passed. */
export function horizonAt(due: string, horizonMinutes: number): string {
  return agedAt(due, horizonMinutes);
}

/**
 * When the gateway is asked next about what was due at `due`, after `now`: the next age of the curve, the horizon at the
 * latest. Undefined: the horizon has passed.
 */
export function nextAskAt(due: string, now: string, horizonMinutes: number): string | undefined {
  const age = (Date.parse(now) - Date.parse(due)) / MINUTE_MS;
  if (age >= horizonMinutes) return undefined;
  const next = AGES_MINUTES.find((minutes) => minutes > age) ?? (Math.floor(age / DAILY_MINUTES) + 1) * DAILY_MINUTES;
  return agedAt(due, Math.min(next, horizonMinutes));
}

/** How long after its due time a payment is asked for; `asking`: of the gateway that may be asked. */
export function horizonMinutesOf(asking: { readonly horizonMinutes: number } | undefined): number {
  return asking?.horizonMinutes ?? DEFAULT_HORIZON_MINUTES;
}

function agedAt(due: string, minutes: number): string {
  return new Date(Date.parse(due) + minutes * MINUTE_MS).toISOString();
}
