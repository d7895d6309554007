import type { Provision } from '../provision.ts';

/**
 * How the gateway's side of a connector is configured: by each payment. The default push URL of a contract could only be
 * set by making a contract (`clone`, `requestId`; manual: General Contracts), which is never done here.
 */
export const provision: Provision = {
  can: false,
  byHand:
    'Secuconnect keeps no callback URL: send {callbackUrl} as url_push with each transaction that is made there ' +
    '(application_context.return_urls.url_push of a Smart Transaction, redirect_url.url_push of a Payment Transaction ' +
    'or payout, payment_context.container_instructions.notification_url for network tokens).',
};
