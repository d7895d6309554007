import * as z from 'zod';
import type { JsonValue } from '#shared/model/fact.ts';
import type { ConnectorChecks, ConvenienceFee } from '../records.ts';
import { asObject } from './as-object.ts';
import { fieldProblemsOf, type PathProblem, pathProblems, valueAt } from './document-problems.ts';
import { type ForeignReading, refuseShape } from './foreign-connector.ts';
import {
  amountValue,
  boolValue,
  compareAmounts,
  guidValue,
  intValue,
  isUnset,
  isZero,
  switchValue,
} from './scalars.ts';
import { spellingOf } from './spelling.ts';

/** "Not set" is null in JSON, nothing in JSV. Numbers are taken for text, which JSV cannot tell apart. */
const textValue = z.unknown().transform((value, context): string | undefined => {
  if (isUnset(value)) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  context.addIssue({ code: 'custom', message: 'must be text' });
  return z.NEVER;
});
const list = <T extends z.ZodType>(item: T) => z.array(item, 'must be a list').nullish();
const part = { id: guidValue.optional(), paymentGatewayId: guidValue.optional() };

const billType = z.looseObject({ ...part, billTypeId: intValue.optional(), applyConvenienceFee: boolValue.optional() });
const application = z.looseObject({
  ...part,
  applicationId: guidValue.optional(),
  isActive: boolValue.optional(),
  primaryPaymentVenue: boolValue.optional(),
});
const paymentType = z.looseObject({ ...part, paymentType: textValue.optional() });
const convenienceFee = z.looseObject({
  ...part,
  paymentType: textValue.optional(),
  minRange: amountValue.optional(),
  maxRange: amountValue.optional(),
  feeAmount: amountValue.optional(),
  applyAtPaymentOfBoot: boolValue.optional(),
  applyAtPaymentOfNotice: boolValue.optional(),
  applyAtPaymentOfTow: boolValue.optional(),
  totalPaymentAmount: amountValue.optional(),
  applyConvenienceFee: boolValue.optional(),
});

/** A customer's payment gateway as Paylock's PUT /customers/{customerId}/paymentgateways/{id} takes it. */
const paylockDocument = z.looseObject({
  customerId: guidValue.optional(),
  id: guidValue.optional(),
  merchantId: textValue.optional(),
  merchantKey: textValue.optional(),
  merchantPin: textValue.optional(),
  displayName: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.string().min(1).max(50, 'must have at most 50 characters'),
  ),
  testMode: switchValue.optional(),
  allowToken: boolValue.optional(),
  maxPaymentAmount: amountValue.optional(),
  minPaymentAmount: amountValue.optional(),
  billTypes: list(billType),
  applications: list(application),
  paymentTypes: list(paymentType),
  convenienceFees: list(convenienceFee),
});
type PaylockDocument = z.output<typeof paylockDocument>;

const SECRETS: ReadonlySet<string> = new Set(['merchantKey', 'merchantPin']);

export function readPaylockShape(input: JsonValue): ForeignReading {
  const spelling = spellingOf(paylockDocument, input, SECRETS);
  const parsed = paylockDocument.safeParse(spelling.canonical);
  const found = [...pathProblems(parsed.error, spelling.canonical), ...rulesOf(spelling.canonical)];
  const problems = fieldProblemsOf(spelling, found, SECRETS);
  if (!parsed.success || problems.length > 0) return refuseShape('invalid', problems);
  const said = parsed.data;
  const { customerId, id, merchantId, testMode } = said;
  return {
    ok: true,
    foreign: {
      kind: 'paylock',
      gateway: 'paylock',
      document: asObject(spelling.document),
      omitted: spelling.omitted,
      name: said.displayName,
      ...(id === undefined ? {} : { id }),
      ...(customerId === undefined ? {} : { owner: customerId }),
      settings: {
        ...(customerId === undefined ? {} : { customerId }),
        ...(id === undefined ? {} : { paymentGatewayId: id }),
        ...(merchantId === undefined ? {} : { merchantId }),
      },
      // Key and pin are for their API, not for callbacks.
      secrets: {},
      ...(testMode === undefined ? {} : { testMode }),
      checks: checksOf(said),
      fields: {
        '/connectorId': spelling.pointer(['id']),
        '/merchantId': spelling.pointer(['customerId']),
        '/name': spelling.pointer(['displayName']),
        '/settings/customerId': spelling.pointer(['customerId']),
        '/settings/paymentGatewayId': spelling.pointer(['id']),
        '/settings/merchantId': spelling.pointer(['merchantId']),
        '/testMode': spelling.pointer(['testMode']),
      },
    },
  };
}

function rulesOf(canonical: JsonValue): readonly PathProblem[] {
  const fees = valueAt(canonical, ['convenienceFees']);
  const ranges = (Array.isArray(fees) ? fees : []).flatMap((fee: unknown, index) => {
    const [min, max] = [amountOf(fee, 'minRange'), amountOf(fee, 'maxRange')];
    if (min === undefined || max === undefined || compareAmounts(min, max) <= 0) return [];
    return [{ path: ['convenienceFees', index, 'maxRange'], message: 'must not be less than minRange' }];
  });
  const [min, max] = [amountOf(canonical, 'minPaymentAmount'), amountOf(canonical, 'maxPaymentAmount')];
  const isCrossed = min !== undefined && max !== undefined && !isZero(max) && compareAmounts(min, max) > 0;
  const message = 'must not be less than minPaymentAmount';
  return isCrossed ? [{ path: ['maxPaymentAmount'], message }, ...ranges] : ranges;
}

function amountOf(value: unknown, name: string): string | undefined {
  const read = amountValue.safeParse(valueAt(value, [name]));
  return read.success ? read.data : undefined;
}

/** A limit of 0 is none: their decimals cannot be null, and 0 is what the manual prints for "not filled in". */
function checksOf(said: PaylockDocument): ConnectorChecks {
  const { minPaymentAmount: min, maxPaymentAmount: max, allowToken } = said;
  const fees = (said.convenienceFees ?? []).filter((fee) => fee.applyConvenienceFee !== false).map(feeOf);
  return {
    ...(min === undefined || isZero(min) ? {} : { minAmount: min }),
    ...(max === undefined || isZero(max) ? {} : { maxAmount: max }),
    ...(fees.length === 0 ? {} : { convenienceFees: fees }),
    ...(allowToken === undefined ? {} : { tokens: allowToken }),
  };
}

function feeOf(fee: z.output<typeof convenienceFee>): ConvenienceFee {
  const { paymentType: type, minRange, maxRange, feeAmount } = fee;
  return {
    ...(type === undefined ? {} : { paymentType: type }),
    ...(minRange === undefined ? {} : { minRange }),
    ...(maxRange === undefined ? {} : { maxRange }),
    ...(feeAmount === undefined ? {} : { feeAmount }),
  };
}
