/** The last part of the subscription's ARN. */
export const SUBSCRIPTION = '0b1f6a3e-6c1d-4d0e-9f0a-6f5a3f6f1c11';
/** A permission for one order, and what was made of it. */
export const PERMISSION = 'S01-5105180-3221187';
export const CHARGE = `${PERMISSION}-C056351`;
export const REFUND = `${PERMISSION}-R019642`;

/** The inner message as most pages of the manual spell it. */
export function ipn(objectType: string, objectId: string, more: Readonly<Record<string, string>> = {}) {
  return {
    MerchantID: 'A3ACMEMERCHANT',
    ObjectType: objectType,
    ObjectId: objectId,
    ChargePermissionId: objectId.slice(0, PERMISSION.length),
    NotificationType: 'STATE_CHANGE',
    NotificationId: `n-${objectId}`,
    NotificationVersion: 'V2',
    ...more,
  };
}

export function price(amount: string, currencyCode = 'EUR') {
  return { amount, currencyCode };
}

/** A charge as Get Charge shows it. */
export function chargeObject(
  chargeId: string,
  [state, lastUpdatedTimestamp, reasonCode]: readonly [string, string, string?],
  more: Readonly<Record<string, unknown>> = {},
) {
  return {
    chargeId,
    chargePermissionId: chargeId.slice(0, PERMISSION.length),
    chargeAmount: price('100.00'),
    captureAmount: null,
    refundedAmount: null,
    convertedAmount: null,
    conversionRate: null,
    channel: 'Web',
    chargeInitiator: null,
    softDescriptor: null,
    merchantMetadata: {
      merchantReferenceId: 'ORDER-1001',
      merchantStoreName: 'Acme',
      noteToBuyer: null,
      customInformation: 'cart 7',
    },
    providerMetadata: { providerReferenceId: null },
    statusDetails: { state, reasonCode: reasonCode ?? null, reasonDescription: null, lastUpdatedTimestamp },
    creationTimestamp: '20261001T090000Z',
    expirationTimestamp: '20261031T090000Z',
    releaseEnvironment: 'Sandbox',
    platformId: null,
    ...more,
  };
}
