import type { Connector, SealedSecret } from './records.ts';

/**
 * The secrets that a callback may be signed with at a time: all current ones in use, and previous ones until their end.
 * A rotation ends by the clock, whether or not anybody ends it.
 */
export function acceptedSecrets(connector: Pick<Connector, 'secrets'>, now: Date): readonly SealedSecret[] {
  return connector.secrets.filter((secret) => isAccepted(secret, now));
}

export function isAccepted({ revokedAt, inactiveSince, validUntil }: SealedSecret, now: Date): boolean {
  if (revokedAt !== undefined || inactiveSince !== undefined) return false;
  return validUntil === undefined || now.getTime() < Date.parse(validUntil);
}

/** Rows of before have no role: current. */
export function isPrevious({ role }: SealedSecret): boolean {
  return role === 'previous';
}
