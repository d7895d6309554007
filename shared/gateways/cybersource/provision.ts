import type { Provision } from '../provision.ts';

/** How the gateway's side of a connector is configured. */
export const provision: Provision = {
  can: false,
  byHand:
    'Make a webhook subscription for {callbackUrl} and a digital signature key for it in the Business Center, and ' +
    'register the key with its id here as secrets.webhookKeys.',
};
