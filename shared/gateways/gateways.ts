// Generated from the folders here by `npm run gateways`; do not edit.
import type { Gateway } from './gateway.ts';
import { gateway as ixopayEntry } from './ixopay/index.ts';

/** Every gateway that has an adapter in this release, whole, for all that comes after the answer. */
export const GATEWAYS: Readonly<Record<string, Gateway>> = {
  ixopay: ixopayEntry,
};
