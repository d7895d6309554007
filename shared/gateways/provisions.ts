// Generated from the folders here by `npm run gateways`; do not edit.
import { provision as amazonPayEntry } from './amazon-pay/provision.ts';
import { provision as cybersourceEntry } from './cybersource/provision.ts';
import { provision as ixopayEntry } from './ixopay/provision.ts';
import { provision as paylockEntry } from './paylock/provision.ts';
import { provision as paypalEntry } from './paypal/provision.ts';
import type { Provision } from './provision.ts';
import { provision as secuconnectEntry } from './secuconnect/provision.ts';

/** How each gateway's side of a connector is configured, those without an adapter in this release too. */
export const PROVISIONS: Readonly<Record<string, Provision>> = {
  'amazon-pay': amazonPayEntry,
  cybersource: cybersourceEntry,
  ixopay: ixopayEntry,
  paylock: paylockEntry,
  paypal: paypalEntry,
  secuconnect: secuconnectEntry,
};
