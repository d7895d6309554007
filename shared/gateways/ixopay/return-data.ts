import type { InstrumentSummary } from '#shared/model/notification.ts';
import { couldHoldCardNumber, lastFourOf } from '../card-number.ts';
import { present } from '../present.ts';
import type { FieldReader } from './field-reader.ts';

/** What a callback says about the means of payment: the safe summary and what stands beside it on the wire. */
export interface ReturnData {
  readonly summary?: InstrumentSummary;
  readonly schemeTransactionId?: string;
  readonly merchantAdviceCode?: string;
  readonly parsedMerchantAdviceCode?: string;
}

type Variant = (fields: FieldReader) => InstrumentSummary;

/** `_TYPE` of JSON v3, name of the element of XML v2 (wire 2.2, 2.3). */
const VARIANTS: ReadonlyMap<string, Variant> = new Map<string, Variant>([
  ['cardData', cardSummary],
  ['creditcardData', cardSummary],
  ['phoneData', phoneSummary],
  ['ibanData', ibanSummary],
  ['walletData', walletSummary],
  ['achData', achSummary],
]);

/**
 * Reads returnData, flat with `_TYPE` or nested under the variant's name. Only listed fields are copied, and none of them
 * when it could be a card number; an unknown variant is left to the raw callback.
 */
export function readReturnData(callback: FieldReader): ReturnData {
  const returnData = callback.object('returnData');
  if (!returnData) return {};
  const found = findVariant(returnData);
  if (!found) {
    callback.flag('unknown_return_data', 'returnData');
    return {};
  }
  return present({
    summary: found.variant(found.fields),
    schemeTransactionId: schemeReference(found.fields),
    merchantAdviceCode: safe(found.fields, 'merchantAdviceCode'),
    parsedMerchantAdviceCode: safe(found.fields, 'parsedMerchantAdviceCode'),
  });
}

function findVariant(returnData: FieldReader): { variant: Variant; fields: FieldReader } | undefined {
  const type = returnData.text('_TYPE');
  for (const [name, variant] of VARIANTS) {
    if (type !== undefined && type !== name) continue;
    const nested = returnData.object(name);
    if (nested) return { variant, fields: nested };
    if (type !== undefined) return { variant, fields: returnData };
  }
  return undefined;
}

function cardSummary(fields: FieldReader): InstrumentSummary {
  return present({
    kind: 'card' as const,
    brand: safe(fields, 'type') ?? safe(fields, 'binBrand'),
    lastFour: digits(fields, 'lastFourDigits', /^\d{4}$/),
    bin: digits(fields, 'binDigits', /^\d{6,8}$/) ?? digits(fields, 'firstSixDigits', /^\d{6}$/),
    expiryMonth: wholeNumber(fields, 'expiryMonth', 1, 12),
    expiryYear: wholeNumber(fields, 'expiryYear', 2000, 2199),
    fingerprint: safe(fields, 'fingerprint'),
    country: safe(fields, 'binCountry') ?? safe(fields, 'country'),
    bank: safe(fields, 'binBank'),
    cardType: safe(fields, 'binType'),
    threeDSecure: safe(fields, 'threeDSecure'),
    eci: safe(fields, 'eci'),
  });
}

function phoneSummary(fields: FieldReader): InstrumentSummary {
  return present({
    kind: 'account' as const,
    brand: safe(fields, 'operator'),
    lastFour: lastFour(fields, 'phoneNumber'),
    country: safe(fields, 'country'),
  });
}

function ibanSummary(fields: FieldReader): InstrumentSummary {
  const iban = fields.reference('iban') ?? '';
  return present({
    kind: 'account' as const,
    lastFour: lastFourOf(iban),
    country: safe(fields, 'country') ?? /^[A-Z]{2}(?=\d{2})/.exec(iban)?.[0],
    bank: safe(fields, 'bankName'),
  });
}

function walletSummary(fields: FieldReader): InstrumentSummary {
  // walletReferenceId and walletOwner may be an e-mail address or a phone number: left to the raw callback.
  return present({
    kind: 'account' as const,
    walletType: safe(fields, 'walletType'),
    country: safe(fields, 'walletOwnerCountryCode'),
  });
}

function achSummary(fields: FieldReader): InstrumentSummary {
  return present({ kind: 'account' as const, lastFour: lastFour(fields, 'accountNumber') });
}

/** Text or number, but never what could be a card number; the anomaly says where, not what. */
function safe(fields: FieldReader, name: string): string | undefined {
  const text = fields.reference(name);
  return text !== undefined && couldHoldCardNumber(text) ? fields.flag('could_be_card_number', name) : text;
}

/**
 * Visa's references are numbers of 15 digits, every tenth of which passes the Luhn check. Card numbers of that length
 * are American Express's only, and begin with 34 or 37.
 */
function schemeReference(fields: FieldReader): string | undefined {
  const text = fields.reference('schemeTransactionIdentifier');
  return text !== undefined && /^(?!3[47])\d{15}$/.test(text) ? text : safe(fields, 'schemeTransactionIdentifier');
}

function digits(fields: FieldReader, name: string, form: RegExp): string | undefined {
  const text = fields.reference(name);
  return text === undefined || form.test(text) ? text : fields.flag('unreadable', name);
}

function lastFour(fields: FieldReader, name: string): string | undefined {
  return lastFourOf(fields.reference(name) ?? '');
}

/** `"5"`, `5` and `"05"` all occur (wire 2.2). */
function wholeNumber(fields: FieldReader, name: string, least: number, greatest: number): number | undefined {
  const text = fields.reference(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= greatest ? value : fields.flag('unreadable', name);
}
