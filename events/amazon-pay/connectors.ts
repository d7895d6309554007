/** Invented, as the merchant and all ids are: which topics Amazon Pay has is not published. */
export const TOPIC = 'arn:aws:sns:eu-west-1:291180941288:A3ACMEMERCHANT-ipn';

const COMMON = {
  merchantId: 'A3ACMEMERCHANT',
  topicArns: [TOPIC],
  region: 'eu',
  environment: 'sandbox',
};

/** Settings by connector. */
export const CONNECTORS = {
  'acme-amazon-pay': { ...COMMON, publicKeyId: 'SANDBOX-AGACMEKEY0000000000000000' },
  // A key of the old kind, which names no environment; and subscriptions are confirmed here.
  'acme-amazon-pay-auto': { ...COMMON, publicKeyId: 'AGACMEKEY0000000000000000', confirmSubscriptions: 'auto' },
};
