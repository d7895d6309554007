import type { Connector } from './records.ts';

/** A callback is tried with the secrets of so many others at most. */
export const MOST_MEMBERS = 20;

/** Ids of the connectors whose callbacks come to this one's URL as well, in the order in which their secrets are tried. */
export function membersOf(connector: Pick<Connector, 'settings'>): readonly string[] {
  const { members } = connector.settings;
  if (!Array.isArray(members)) return [];
  return members.filter((member): member is string => typeof member === 'string').slice(0, MOST_MEMBERS);
}

/** Members are of the same merchant and gateway; anything else is as if it were not listed. */
export function isMember(
  of: Pick<Connector, 'connectorId' | 'merchantId' | 'gateway'>,
  candidate: Connector | undefined,
): candidate is Connector {
  return (
    candidate !== undefined &&
    candidate.connectorId !== of.connectorId &&
    candidate.merchantId === of.merchantId &&
    candidate.gateway === of.gateway
  );
}
