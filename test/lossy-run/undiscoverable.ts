/** By seed: the payments that no callback, report or list told anything of. Nobody can find them; they are named. */
export const UNDISCOVERABLE: Readonly<Record<string, readonly string[]>> = {
  '1': [
    'amazon-pay declined 4',
    'cybersource refund 8',
    'cybersource declined 9',
    'paylock sale 10',
    'ixopay chargedBack 16',
    'amazon-pay authorized 20',
    'amazon-pay authorized 23',
    'ixopay captured 32',
  ],
  '7': [
    'ixopay sale 0',
    'amazon-pay declined 1',
    'paylock sale 2',
    'ixopay declined 7',
    'cybersource capture 10',
    'paylock sale 10',
    'amazon-pay declined 19',
  ],
};
