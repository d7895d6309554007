import type { GatewayFront } from '../gateway.ts';
import { ixopayInboxKey } from './inbox-key.ts';
import { ixopayKeptHeaders } from './kept-headers.ts';
import { verifyIxopay } from './verify.ts';

/** The light half of the IXOPAY adapter: all that is loaded before the answer. */
export const ixopayFront = {
  name: 'ixopay',
  methods: ['POST'],
  keptHeaders: ixopayKeptHeaders,
  verify: verifyIxopay,
  inboxKey: ixopayInboxKey,
  // Any other status or body counts as failed and is repeated for 7 days (wire 4), duplicates too.
  acknowledge: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }),
} as const satisfies GatewayFront;
