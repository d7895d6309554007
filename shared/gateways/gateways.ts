import type { GatewayName } from '#shared/model/vocabulary.ts';
import type { Gateway } from './gateway.ts';
import { ixopay } from './ixopay/index.ts';

/** Every gateway whole, for all that comes after the answer: one line each. */
export const GATEWAYS: Readonly<Record<GatewayName, Gateway>> = {
  ixopay,
};
