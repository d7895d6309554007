import type { GatewayName } from '#shared/model/vocabulary.ts';
import { ixopayProvision } from './ixopay/provision.ts';
import { paylockProvision } from './paylock/provision.ts';
import type { Provision } from './provision.ts';

/** How each gateway's side of a connector is configured, those without an adapter in this release too. */
export const PROVISIONS: Readonly<Record<GatewayName, Provision>> = {
  ixopay: ixopayProvision,
  paylock: paylockProvision,
  secuconnect: {
    can: false,
    byHand:
      'Secuconnect keeps no callback URL: send {callbackUrl} as url_push with each transaction that is made there.',
  },
  cybersource: {
    can: false,
    byHand:
      'Make a webhook subscription for {callbackUrl} and a digital signature key for it in the Business Center, and ' +
      'register the key with its id here as secrets.webhookKeys.',
  },
  paypal: {
    can: false,
    byHand:
      "Add {callbackUrl} to the app's webhooks in PayPal's developer dashboard, and register the webhook id that it gets " +
      'here as settings.webhookId.',
  },
  'amazon-pay': {
    can: false,
    byHand: 'Enter {callbackUrl} as the merchant URL of instant notifications (IPN) in Seller Central.',
  },
};
