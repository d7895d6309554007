export const DEMO_MERCHANT = 'acme';
export const DEMO_CONNECTOR = 'acme-cc-1';
/** Stays, with all its events, for whoever wants to consume them. */
export const DEMO_SUBSCRIPTION = 'main';
