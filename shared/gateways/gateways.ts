import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { Gateway } from './gateway.ts';
import { ixopay } from './ixopay/index.ts';

/** Every gateway that has an adapter in this release, whole, for all that comes after the answer: one line each. */
export const GATEWAYS: Readonly<Partial<Record<GatewayName, Gateway>>> = {
  ixopay,
};
