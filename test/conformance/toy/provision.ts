import type { Provision } from '#shared/gateways/provision.ts';

export const provision: Provision = { can: false, byHand: 'Tell the toy {callbackUrl}.' };
