import type { GatewayFront } from '../gateway.ts';
import { ixopayInboxKey } from './inbox-key.ts';
import { verifyIxopay } from './verify.ts';

/** The light half of the IXOPAY adapter: all that is loaded before the answer. */
export const ixopayFront: GatewayFront = {
  name: 'ixopay',
  methods: ['POST'],
  // Neither Authorization nor X-Authorization: a connector can be set to send Basic credentials there (wire 1.2).
  keptHeaders: ['content-type', 'date', 'x-amzn-remapped-date', 'x-date', 'x-signature'],
  verify: verifyIxopay,
  inboxKey: ixopayInboxKey,
  // Any other status or body counts as failed and is repeated for 7 days (wire 4), duplicates too.
  acknowledge: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),
};
