import type { Gateway } from '../gateway.ts';
import { asking } from './asking.ts';
import { front } from './front.ts';
import { normalizeCybersource } from './normalize.ts';
import { readCybersourceReport } from './report.ts';
import { checkCybersourceSettings } from './settings.ts';
import { allCybersourceReadings, cybersourceVariations } from './variations.ts';

/** CyberSource: webhooks of both envelopes, transaction details, the chargeback report and answers of the payment API. */
export const gateway: Gateway = {
  front,
  normalize: normalizeCybersource,
  readReport: readCybersourceReport,
  checkSettings: checkCybersourceSettings,
  allReadings: allCybersourceReadings,
  variations: cybersourceVariations,
  decidedBy: {
    ...{ signature_mismatch: '/secrets/webhookKeys', time_out_of_range: '/settings/toleranceSeconds' },
    ...{ foreign: '/settings/organizationId', reading_refused: '/settings/payloadScheme' },
    decryption_failed: '/secrets/mlePrivateKey',
  },
  confirms: ['transaction'],
  asking,
};
