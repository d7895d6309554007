import type { Gateway } from '../gateway.ts';
import { front } from './front.ts';
import { inspectPaylock } from './inspect.ts';
import { paylockAsking } from './look-up.ts';
import { normalizePaylock } from './normalize.ts';
import { readPaylockReport } from './report.ts';
import { checkPaylockSettings } from './settings.ts';
import { allPaylockReadings, paylockVariations } from './variations.ts';

/** Paylock, and every small gateway whose callbacks can be described by settings. */
export const gateway = {
  front,
  normalize: normalizePaylock,
  readReport: readPaylockReport,
  checkSettings: checkPaylockSettings,
  allReadings: allPaylockReadings,
  variations: paylockVariations,
  inspect: inspectPaylock,
  decidedBy: {
    ...{ signature_mismatch: '/secrets/keys', time_out_of_range: '/settings/toleranceSeconds' },
    ...{ signature_missing: '/settings/signatureHeader', signature_malformed: '/settings/prefix' },
    ...{ date_missing: '/settings/timestampHeader', reading_refused: '/settings/mode' },
  },
  confirms: ['transaction'],
  asking: paylockAsking,
} as const satisfies Gateway;
