import type { RawCallback } from '#shared/gateways/gateway.ts';
import { signedCallback } from '../../test/builders/ixopay-signer.ts';

export const CONNECTOR = 'acme-cc-1';
export const SECRET = 'qJ3vT8mZ1xR6sW0pL5nB2kD9fH4gY7';

/** An ordinary IXOPAY callback: a card payment with customer, purchase id and card data; `second` is part of its signed date. */
export function paymentCallback(uuid: string, result: 'PENDING' | 'OK', second = 0): RawCallback {
  const text = JSON.stringify({
    result,
    uuid,
    merchantTransactionId: `ORD-${uuid}`,
    purchaseId: `20260115-${uuid}`,
    transactionType: 'DEBIT',
    paymentMethod: 'Creditcard',
    amount: '24.50',
    currency: 'EUR',
    merchantMetaData: 'tenant=t1&cart=77',
    customer: { firstName: 'Mira', lastName: 'Košir', emailVerified: 'false' },
    extraData: { channel: 'web' },
    returnData: {
      _TYPE: 'cardData',
      type: 'mastercard',
      cardHolder: 'Mira Košir',
      expiryMonth: '7',
      expiryYear: '2030',
      binDigits: '55555555',
      firstSixDigits: '555555',
      lastFourDigits: '4444',
      fingerprint: 'f0f1f2f3',
      threeDSecure: 'MANDATORY',
      eci: '02',
    },
  });
  const date = new Date(Date.UTC(2026, 0, 15, 9, 30) + second * 1000).toUTCString();
  return signedCallback(`/callbacks/${CONNECTOR}`, text, date, SECRET);
}
