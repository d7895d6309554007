// Generated from the folders here by `npm run gateways`; do not edit.
import { gateway as amazonPayEntry } from './amazon-pay/index.ts';
import { gateway as cybersourceEntry } from './cybersource/index.ts';
import type { Gateway } from './gateway.ts';
import { gateway as ixopayEntry } from './ixopay/index.ts';
import { gateway as paylockEntry } from './paylock/index.ts';
import { gateway as paypalEntry } from './paypal/index.ts';
import { gateway as secuconnectEntry } from './secuconnect/index.ts';

/** Every gateway that has an adapter in this release, whole, for all that comes after the answer. */
export const GATEWAYS: Readonly<Record<string, Gateway>> = {
  'amazon-pay': amazonPayEntry,
  cybersource: cybersourceEntry,
  ixopay: ixopayEntry,
  paylock: paylockEntry,
  paypal: paypalEntry,
  secuconnect: secuconnectEntry,
};
