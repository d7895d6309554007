import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { GatewayFront } from './gateway.ts';
import { ixopayFront } from './ixopay/front.ts';

/** What `receive` loads of every gateway that has an adapter in this release: one line each. */
export const GATEWAY_FRONTS: Readonly<Partial<Record<GatewayName, GatewayFront>>> = {
  ixopay: ixopayFront,
};
