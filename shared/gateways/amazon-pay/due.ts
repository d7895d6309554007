/**
 * Minutes after which a PENDING object is asked for without being told to. An authorization may take 24 hours, a refund
 * some, and a notification may be lost; what waits for the buyer (a permission) or for people (a chargeback) is not asked
 * for (0). Own values: none are published.
 */
export const DUE_MINUTES = { charge: 60, refund: 60, chargePermission: 0, chargeback: 0 } as const;
