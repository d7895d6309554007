import type { JsonValue } from '#shared/model/fact.ts';
import { readMoney } from '#shared/model/money.ts';
import type { AmountGroup, Anomaly, Money, TransactionFields } from '#shared/model/notification.ts';
import { isObject, membersOf } from '../document-members.ts';
import type { Members } from './payload.ts';

const MAX_TEXT = 1_024;
const MAX_REFERENCE = 255;
/** The API writes 20190714T155300Z, and in some pages of its manual the form with separators. */
const BASIC_TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\.\d{1,9})?Z$/;
const EXTENDED_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** What every object of the API says of itself. */
export interface ApiObject {
  readonly members: Members;
  /** As it came; undefined: it says none. */
  readonly state: JsonValue | undefined;
  readonly reasonCode: string | undefined;
  readonly reasonText: string | undefined;
  /** statusDetails.lastUpdatedTimestamp, ISO 8601 with milliseconds. */
  readonly gatewayTime: string | undefined;
  /** releaseEnvironment. */
  readonly testMode: boolean | undefined;
  readonly references: Pick<TransactionFields, 'merchantReference' | 'metadata'>;
  readonly anomalies: readonly Anomaly[];
}

export function readObject(members: Members): ApiObject {
  const anomalies: Anomaly[] = [];
  const status = membersOf(members.get('statusdetails'));
  const [reason] = [members.get('statusdetails'), status.get('reasons')].flatMap((value) =>
    Array.isArray(value) ? value.filter(isObject).map(membersOf) : [],
  );
  const text = (from: Members | undefined, name: string) => textOf(from?.get(name.toLowerCase()));
  const updated = status.get('lastupdatedtimestamp') ?? undefined;
  const gatewayTime = updated === undefined ? undefined : readTime(updated);
  if (gatewayTime === undefined) {
    anomalies.push({
      code: updated === undefined ? 'missing' : 'unreadable',
      field: 'statusDetails.lastUpdatedTimestamp',
    });
  }
  const merchant = membersOf(members.get('merchantmetadata'));
  const merchantReference = text(merchant, 'merchantReferenceId');
  const metadata = text(merchant, 'customInformation');
  const isReference = merchantReference !== undefined && merchantReference.length <= MAX_REFERENCE;
  if (merchantReference !== undefined && !isReference) {
    anomalies.push({ code: 'too_long', field: 'merchantMetadata.merchantReferenceId' });
  }
  return {
    members,
    state: status.get('state') ?? undefined,
    reasonCode: text(status, 'reasonCode') ?? text(reason, 'reasonCode'),
    reasonText: text(status, 'reasonDescription') ?? text(reason, 'reasonDescription'),
    gatewayTime,
    testMode: testModeOf(members.get('releaseenvironment')),
    references: {
      ...(isReference && { merchantReference }),
      ...(metadata !== undefined && { metadata }),
    },
    anomalies,
  };
}

/** `{"amount": "14.00", "currencyCode": "USD"}`; absent and null are absent. */
export function readPrice(
  members: Members,
  name: string,
): {
  readonly amount: AmountGroup | undefined;
  readonly money: Money | undefined;
  readonly anomalies: readonly Anomaly[];
} {
  const price = members.get(name.toLowerCase()) ?? undefined;
  const none = { amount: undefined, money: undefined };
  if (price === undefined) return { ...none, anomalies: [] };
  if (!isObject(price)) return { ...none, anomalies: [{ code: 'wrong_type', field: name }] };
  const { amount, currencycode } = Object.fromEntries(membersOf(price));
  const { money, anomalies } = readMoney(amount, currencycode, name);
  return money === undefined ? { ...none, anomalies } : { amount: { amount: money }, money, anomalies };
}

function readTime(value: JsonValue): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, year, month, day, hour, minute, second, fraction = ''] = BASIC_TIME.exec(value) ?? [];
  const text = year === undefined ? value : `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}Z`;
  const ms = EXTENDED_TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function testModeOf(value: JsonValue | undefined): boolean | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'sandbox' || word === 'live' ? word === 'sandbox' : undefined;
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT).toWellFormed() : undefined;
}
