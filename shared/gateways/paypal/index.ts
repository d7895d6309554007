import type { Gateway } from '../gateway.ts';
import { paypalAsking } from './ask.ts';
import { front } from './front.ts';
import { normalizePaypal } from './normalize.ts';
import { readPaypalReport } from './report.ts';
import { checkPaypalSettings } from './settings.ts';
import { paypalVariations } from './variations.ts';

/** PayPal: REST webhooks, the objects of its API and the answers that merchants pass on. */
export const gateway = {
  front,
  normalize: normalizePaypal,
  readReport: readPaypalReport,
  checkSettings: checkPaypalSettings,
  // A signature fits one reading only.
  allReadings: (settings) => settings,
  variations: paypalVariations,
  decidedBy: {
    ...{ signature_mismatch: '/settings/webhookId', time_out_of_range: '/settings/toleranceSeconds' },
    certificate_url_refused: '/settings/environment',
    certificate_untrusted: '/settings/certificateAuthorities',
  },
  confirms: ['transaction', 'schedule', 'instrument'],
  asking: paypalAsking,
} as const satisfies Gateway;
