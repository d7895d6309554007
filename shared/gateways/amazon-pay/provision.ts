import type { Provision } from '../provision.ts';

/** How the gateway's side of a connector is configured. */
export const provision: Provision = {
  can: false,
  byHand:
    'Enter {callbackUrl} as the merchant URL of instant notifications (IPN) in Seller Central, and put the ARN of the topic ' +
    'that they come from into settings.topicArns. Only where callbacks are refused as certificate_untrusted, because the ' +
    'issuer that the certificate names cannot be fetched, put that one into settings.certificateAuthorities.',
};
