import type { Provision } from '../provision.ts';

/** How the gateway's side of a connector is configured. */
export const provision: Provision = {
  can: false,
  byHand:
    "Add {callbackUrl} to the app's webhooks in PayPal's developer dashboard, and register the webhook id that it gets " +
    'here as settings.webhookId.',
};
