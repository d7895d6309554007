import type { Provision } from '../provision.ts';

/** How the gateway's side of a connector is configured. */
export const provision: Provision = {
  can: false,
  byHand: 'Enter {callbackUrl} as the merchant URL of instant notifications (IPN) in Seller Central.',
};
