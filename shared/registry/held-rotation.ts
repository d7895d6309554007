import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import { isPrevious } from './accepted-secrets.ts';
import type { Connector, RegistryStore, SealedSecret } from './records.ts';
import { changeConnector } from './rotate-secret.ts';
import type { WriteContext, WriteResult } from './write-result.ts';

const DAY_MS = 86_400_000;
/**
 * Until the gateway has the new secret the old one has no end: callbacks signed with it would be refused. Not for ever,
 * so that what was forgotten ends; as long as callbacks of a connector out of use are taken.
 */
export const HELD_DAYS = 540;

export interface HeldRotationDeps {
  readonly registry: Pick<RegistryStore, 'connector' | 'putConnector'>;
  readonly gatewaySettings: Readonly<Record<string, GatewaySettings>>;
  /** Told after the write. */
  readonly connectorChanged: (connectorId: string) => Promise<void>;
}

/**
 * After the gateway has taken the new secret, by whatever call: the old one ends when the gateway's retries are over.
 * Undefined where no rotation was held.
 */
export async function endHeld(
  deps: HeldRotationDeps,
  connectorId: string,
  overlapDays: number | undefined,
  context: WriteContext,
): Promise<WriteResult<Connector> | undefined> {
  const before = await deps.registry.connector(connectorId);
  if (before === undefined || !before.secrets.some((secret) => isHeld(secret, before))) return undefined;
  const days = overlapDays ?? deps.gatewaySettings[before.gateway]?.retryWindowDays ?? 1;
  const validUntil = new Date(context.now.getTime() + days * DAY_MS).toISOString();
  const result = await changeConnector(
    deps.registry,
    connectorId,
    // The condition was on the row as it was before the rotation.
    { now: context.now, who: context.who },
    async (found) => ({
      ok: true,
      what: 'connector.rotation.end',
      changes: [{ field: 'previous.validUntil', after: validUntil }],
      record: { ...found, secrets: found.secrets.map((one) => (isHeld(one, found) ? { ...one, validUntil } : one)) },
      answer: (connector) => connector,
    }),
  );
  await deps.connectorChanged(connectorId);
  return result;
}

/** Begun together with a change at the gateway that has not come about yet. */
function isHeld(secret: SealedSecret, { secrets }: Connector): boolean {
  if (!isPrevious(secret) || secret.validUntil === undefined) return false;
  const end = Date.parse(secret.validUntil);
  return secrets.some((one) => !isPrevious(one) && end - Date.parse(one.createdAt) === HELD_DAYS * DAY_MS);
}
