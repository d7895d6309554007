// Generated from the folders here by `npm run gateways`; do not edit.

/** Every gateway that is known here; which of them have an adapter in this release: gateways.ts. */
export const GATEWAY_NAMES = ['amazon-pay', 'cybersource', 'ixopay', 'paylock', 'paypal', 'secuconnect'] as const;
