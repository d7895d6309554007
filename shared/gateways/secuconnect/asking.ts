import type { Asking } from '../asking.ts';
import { askSecuconnect } from './ask.ts';
import { discoverSecuconnect } from './discover.ts';

/** The gateway publishes no limit: a cautious one of our own. */
const PER_MINUTE = 60;
/** A prepayment may come weeks later; the gateway names no end. */
const HORIZON_DAYS = 30;

/** How the Secuconnect API is asked: every object of the table of targets, payments by reference and by time of change. */
export const secuconnectAsking: Asking = {
  limitsOf({ requestsPerMinute }) {
    return { perMinute: typeof requestsPerMinute === 'number' ? requestsPerMinute : PER_MINUTE };
  },
  horizonMinutes: HORIZON_DAYS * 24 * 60,
  missing({ settings, secretNames }) {
    const absent = (name: string) => typeof settings[name] !== 'string' || settings[name] === '';
    return [
      ...['clientId', 'environment'].filter(absent).map((name) => `/settings/${name}`),
      ...(secretNames.includes('clientSecret') ? [] : ['/secrets/clientSecret']),
    ];
  },
  ask: askSecuconnect,
  discover: discoverSecuconnect,
};
