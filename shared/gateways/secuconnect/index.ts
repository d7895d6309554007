import type { Gateway } from '../gateway.ts';
import { secuconnectAsking } from './asking.ts';
import { front } from './front.ts';
import { normalizeSecuconnect } from './normalize.ts';
import { readSecuconnectReport } from './report.ts';
import { checkSecuconnectSettings } from './settings.ts';

/** Secuconnect (secucard connect API 2.0.0): pushes that only hint, and the API that is asked. */
export const gateway = {
  front,
  normalize: normalizeSecuconnect,
  readReport: readSecuconnectReport,
  checkSettings: checkSecuconnectSettings,
  allReadings: (settings) => ({ ...settings, sourceRanges: 'off' }),
  // Nothing is signed, so nothing can stand between a signature and the request.
  variations: () => [],
  decidedBy: { signature_mismatch: '/secrets/clientSecret', sender_refused: '/settings/sourceRanges' },
  confirms: ['transaction', 'schedule', 'instrument', 'notice'],
  asking: secuconnectAsking,
} as const satisfies Gateway;
