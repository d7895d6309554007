import type { CustomerProfile, Dcc, RiskResult, Split, TransactionFields } from '#shared/model/notification.ts';
import { present, presentOrAbsent } from '../present.ts';
import { readAmount } from './amounts.ts';
import { readDateTime } from './dates.ts';
import type { FieldReader } from './field-reader.ts';

export function readCustomerProfile(callback: FieldReader): CustomerProfile | undefined {
  const profile = callback.object('customerProfileData');
  return (
    profile &&
    presentOrAbsent({
      profileId: profile.reference('profileGuid'),
      customerIdentification: profile.reference('customerIdentification'),
      paymentToken: profile.reference('paymentToken'),
      preferred: profile.boolean('markAsPreferred'),
    })
  );
}

const RISK_RESULTS: ReadonlySet<string> = new Set(['APPROVED', 'DECLINED', 'REVIEW']);

function isRiskResult(word: string): word is RiskResult['result'] {
  return RISK_RESULTS.has(word);
}

/** In the synchronous result only (wire 2.1); REVIEW means: finished, but hold the goods. */
export function readRisk(callback: FieldReader): RiskResult | undefined {
  const risk = callback.object('riskCheckData');
  const result = risk?.text('riskCheckResult')?.toUpperCase();
  if (!risk || result === undefined) return undefined;
  if (!isRiskResult(result)) return risk.flag('unknown_risk_result', 'riskCheckResult', result);
  return present({
    result,
    score: risk.reference('riskScore'),
    threeDSecureRequired: risk.boolean('threeDSecureRequired'),
  });
}

export function readDcc(callback: FieldReader): Dcc | undefined {
  const dcc = callback.object('dccData');
  return (
    dcc &&
    presentOrAbsent({
      original: readAmount(dcc, 'originalAmount', dcc.reference('originalCurrency')),
      converted: readAmount(dcc, 'convertedAmount', dcc.reference('convertedCurrency')),
      rate: dcc.reference('conversionRate'),
      selectedCurrency: dcc.reference('selectedCurrency'),
      markUp: dcc.reference('markUp'),
      remoteId: dcc.reference('remoteIdentifier'),
    })
  );
}

export function readSplits(callback: FieldReader): readonly Split[] | undefined {
  const splits = callback.objects('splits').map((split) => {
    const commission = split.object('commissionFee');
    return present({
      id: split.reference('identification'),
      amount: readAmount(split, 'amount', split.reference('currency')),
      seller: split.reference('sellerMerchantGuid'),
      sellerExternalId: split.reference('sellerMerchantExternalId'),
      commission: commission && readAmount(commission, 'amount', commission.reference('currency')),
    });
  });
  return splits.length > 0 ? splits : undefined;
}

/** The cancel URL is a capability and stays in the raw callback. */
export function readPayByLink(callback: FieldReader): TransactionFields['payByLink'] | undefined {
  const link = callback.object('payByLinkData');
  if (!link) return undefined;
  const expiry = link.text('expiresAt');
  const expiresAt = expiry === undefined ? undefined : readDateTime(expiry);
  if (expiry !== undefined && expiresAt === undefined) link.flag('unreadable', 'expiresAt', expiry);
  return presentOrAbsent({ viaEmail: link.boolean('sendViaEmail'), expiresAt });
}
