// Generated from the folders here by `npm run gateways`; do not edit.
import type { GatewayFront } from './gateway.ts';

/** The light half of every gateway that has an adapter in this release: `receive` loads that of the connector at hand. */
export const GATEWAY_FRONTS: Readonly<Record<string, () => Promise<GatewayFront>>> = {
  'amazon-pay': () => import('./amazon-pay/front.ts').then((m) => m.front),
  cybersource: () => import('./cybersource/front.ts').then((m) => m.front),
  ixopay: () => import('./ixopay/front.ts').then((m) => m.front),
  paylock: () => import('./paylock/front.ts').then((m) => m.front),
  paypal: () => import('./paypal/front.ts').then((m) => m.front),
  secuconnect: () => import('./secuconnect/front.ts').then((m) => m.front),
};
