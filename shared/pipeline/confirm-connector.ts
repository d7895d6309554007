import type { AskConnector, Asking } from '#shared/gateways/asking.ts';
import type { Gateway } from '#shared/gateways/gateway.ts';
import { acceptedSecrets, isPrevious } from '#shared/registry/accepted-secrets.ts';
import type { Connector } from '#shared/registry/records.ts';
import { horizonMinutesOf } from './age-curve.ts';
import type { ConfirmDeps } from './confirm-deps.ts';
import type { ConfirmRequest } from './ports.ts';

export type AskedGateway = Pick<Gateway, 'front' | 'normalize'> & { readonly asking: Asking };

export type AskableConnector =
  | {
      readonly ok: true;
      readonly connector: Connector;
      readonly gateway: AskedGateway;
      readonly horizonMinutes: number;
    }
  /**
   * `gone`: there is no such connector any more; `inactive`: it may be switched on again; `archived`, `cannot`: nobody can
   * ask with it.
   */
  | {
      readonly ok: false;
      readonly code: 'gone' | 'archived' | 'inactive' | 'cannot';
      readonly detail: string;
      readonly horizonMinutes: number;
    };

/** The connector of a question as it is now, and whether its gateway can be asked with it. */
export async function readAskable(
  { registry, gateways }: Pick<ConfirmDeps, 'registry' | 'gateways'>,
  { connectorId, about }: Pick<ConfirmRequest, 'connectorId' | 'about'>,
): Promise<AskableConnector> {
  const connector = await registry.connector(connectorId);
  const gateway =
    connector !== undefined && Object.hasOwn(gateways, connector.gateway) ? gateways[connector.gateway] : undefined;
  const asking = gateway?.asking;
  const horizonMinutes = horizonMinutesOf(asking);
  const refuse = (code: 'gone' | 'archived' | 'inactive' | 'cannot', detail: string) =>
    ({ ok: false, code, detail, horizonMinutes }) as const;
  if (connector === undefined) return refuse('gone', `There is no connector ${JSON.stringify(connectorId)}.`);
  if (connector.archived) return refuse('archived', `Connector ${connectorId} is archived.`);
  if (!connector.active) {
    return refuse('inactive', `Connector ${connectorId} is switched off: PUT it with "active": true.`);
  }
  if (gateway === undefined || asking === undefined || (about.type === 'span' && asking.discover === undefined)) {
    const what = about.type === 'span' ? 'has no list of changes' : 'has no API that could be asked';
    return refuse('cannot', `${connector.gateway} ${what}.`);
  }
  const missing = asking.missing({ settings: connector.settings, secretNames: connector.secretNames });
  if (missing.length > 0) {
    return refuse(
      'cannot',
      `Connector ${connectorId} lacks ${missing.join(', ')}: PUT it with ${missing.length > 1 ? 'these' : 'this'}.`,
    );
  }
  return {
    ok: true,
    connector,
    gateway: { front: gateway.front, normalize: gateway.normalize, asking },
    horizonMinutes,
  };
}

/** With its newest current secrets, opened. Rejects where they cannot be opened: that is our trouble. */
export async function askConnector(
  { secrets, clock }: Pick<ConfirmDeps, 'secrets' | 'clock'>,
  { connectorId, testMode, settings, ...connector }: Connector,
): Promise<AskConnector> {
  const [newest] = acceptedSecrets(connector, clock.now())
    .filter((secret) => !isPrevious(secret))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const opened = newest === undefined ? {} : await secrets.open(connectorId, newest.sealed);
  return { connectorId, testMode, settings, secrets: opened };
}
