import type { Gateway } from '../gateway.ts';
import { amazonPayAsking } from './ask.ts';
import { front } from './front.ts';
import { normalizeAmazonPay } from './normalize.ts';
import { readAmazonPayReport } from './report.ts';
import { checkAmazonPaySettings } from './settings.ts';
import { allAmazonPayReadings, amazonPayVariations } from './variations.ts';

/** Amazon Pay (API v2): signed notifications that only say that an object changed, and the API that says how. */
export const gateway = {
  front,
  normalize: normalizeAmazonPay,
  readReport: readAmazonPayReport,
  checkSettings: checkAmazonPaySettings,
  allReadings: allAmazonPayReadings,
  variations: amazonPayVariations,
  // A notice: the subscription that waits to be confirmed.
  decidedBy: {
    ...{ signature_mismatch: '/settings/topicArns', algorithm_refused: '/settings/acceptSha1' },
    certificate_untrusted: '/settings/certificateAuthorities',
  },
  confirms: ['transaction', 'schedule', 'notice'],
  asking: amazonPayAsking,
} as const satisfies Gateway;
