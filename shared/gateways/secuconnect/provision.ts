import type { Provision } from '../provision.ts';

/** How the gateway's side of a connector is configured. */
export const provision: Provision = {
  can: false,
  byHand: 'Secuconnect keeps no callback URL: send {callbackUrl} as url_push with each transaction that is made there.',
};
