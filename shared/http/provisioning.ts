import type { OutboundClient } from '#shared/gateways/outbound.ts';
import type { Provision } from '#shared/gateways/provision.ts';

/** How the homes reach the gateways' own APIs. */
export interface Provisioning {
  readonly http: OutboundClient;
  readonly provisions: Readonly<Record<string, Provision>>;
  /** How long a change of a connector takes to be in force wherever callbacks are received. */
  readonly inForceAfterMs: number;
  readonly pause: (ms: number) => Promise<void>;
}
