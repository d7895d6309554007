import type { PaymentError } from '#shared/model/notification.ts';
import { withoutCardNumbers } from '../card-number.ts';
import { present } from '../present.ts';
import { MERCHANT_ADVICE, meaningOf } from './error-codes.ts';
import type { FieldReader } from './field-reader.ts';
import type { ReturnData } from './return-data.ts';

/** The status API's CANCELLED means what code 2012 means when it carries no code of its own. */
const CANCELLED_CODE = '2012';

/**
 * The error of a failed transaction in any of its spellings (wire 2.1): top level `message`, `code` or `errorMessage`,
 * `errorCode`, else the first entry of `errors` in either spelling. `code` decides, never the text; a merchant advice
 * code overrides the code's advice, a hard `doNotResubmit` overrides both.
 */
export function readPaymentError(callback: FieldReader, returnData: ReturnData, cancelled: boolean): PaymentError {
  const spellings = [callback, ...callback.objects('errors').slice(0, 1)];
  const code = first(spellings, ['code', 'errorCode'], (fields, name) => fields.reference(name));
  const text = (names: readonly string[]): string | undefined => {
    const found = first(spellings, names, (fields, name) => fields.text(name));
    return found === undefined ? undefined : withoutCardNumbers(found);
  };
  const adapterCode = first(spellings, ['adapterCode'], (fields, name) => fields.reference(name));
  const meaning = meaningOf(code ?? (cancelled ? CANCELLED_CODE : undefined));
  const { merchantAdviceCode, parsedMerchantAdviceCode } = returnData;
  const adviceCode = [parsedMerchantAdviceCode, merchantAdviceCode].find((mac) => mac && MERCHANT_ADVICE.has(mac));
  return present({
    class: meaning.class,
    advice: doNotResubmit(spellings)
      ? ('do_not_retry' as const)
      : (MERCHANT_ADVICE.get(adviceCode ?? '') ?? meaning.advice),
    code,
    message: text(['message', 'errorMessage']),
    adapterCode: adapterCode === undefined ? undefined : withoutCardNumbers(adapterCode),
    adapterMessage: text(['adapterMessage']),
    merchantAdviceCode: merchantAdviceCode ?? parsedMerchantAdviceCode,
  });
}

function first(
  spellings: readonly FieldReader[],
  names: readonly string[],
  read: (fields: FieldReader, name: string) => string | undefined,
): string | undefined {
  for (const fields of spellings) {
    for (const name of names) {
      const value = read(fields, name);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** A boolean in the error response, although extraData is text to text elsewhere (result schema). */
function doNotResubmit(spellings: readonly FieldReader[]): boolean {
  return spellings.some((fields) => fields.object('extraData')?.boolean('doNotResubmit') === true);
}
