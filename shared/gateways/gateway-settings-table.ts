// Generated from the folders here by `npm run gateways`; do not edit.
import { settings as amazonPayEntry } from './amazon-pay/settings.ts';
import { settings as cybersourceEntry } from './cybersource/settings.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import { settings as ixopayEntry } from './ixopay/settings.ts';
import { settings as paylockEntry } from './paylock/settings.ts';
import { settings as paypalEntry } from './paypal/settings.ts';
import { settings as secuconnectEntry } from './secuconnect/settings.ts';

/** What every gateway wants to be told, those without an adapter in this release too. */
export const GATEWAY_SETTINGS: Readonly<Record<string, GatewaySettings>> = {
  'amazon-pay': amazonPayEntry,
  cybersource: cybersourceEntry,
  ixopay: ixopayEntry,
  paylock: paylockEntry,
  paypal: paypalEntry,
  secuconnect: secuconnectEntry,
};
