import type { Gateway } from '../gateway.ts';
import { ixopayAsking } from './ask.ts';
import { front } from './front.ts';
import { normalizeIxopay } from './normalize.ts';
import { readIxopayReport } from './report.ts';
import { checkIxopaySettings } from './settings.ts';
import { allIxopayReadings, ixopayVariations } from './variations.ts';

/** IXOPAY and its white labels: JSON v3 and XML v2 callbacks, status answers and synchronous results. */
export const gateway = {
  front,
  normalize: normalizeIxopay,
  readReport: readIxopayReport,
  checkSettings: checkIxopaySettings,
  allReadings: allIxopayReadings,
  variations: ixopayVariations,
  // The status API knows transactions, the schedule API schedules; neither shows a network token (wire 6).
  decidedBy: { signature_mismatch: '/secrets/sharedSecret' },
  confirms: ['transaction', 'schedule'],
  asking: ixopayAsking,
} as const satisfies Gateway;
