import * as z from 'zod';
import { timeParameter, timeShape } from './common.ts';
import { named } from './named.ts';
import { reportNoneShape, reportStoredShape } from './operations.ts';

const expectationShape = named(
  'Expectation',
  z
    .object({
      effect: z.literal('expected'),
      connectorId: z.string(),
      merchantReference: z.string(),
      due: timeShape,
      state: z
        .enum(['waiting', 'done', 'given_up'])
        .describe('given_up: `payment.notice.expectation_missing` was sent'),
      nextAt: timeShape.nullable().describe('When the gateway is asked'),
    })
    .describe('The payment is awaited; GET /confirmations lists it for operators'),
);

const expectationFoundShape = named(
  'ExpectationFound',
  z.object({ effect: z.literal('found'), subject: z.string() }).describe('The payment is known already'),
);

export const reportTakenShape = named('ReportTaken', z.union([reportStoredShape, expectationShape]));
export const reportKnownShape = named('ReportKnown', z.union([reportNoneShape, expectationFoundShape]));

export const connectorBackfillBody = named(
  'ConnectorBackfill',
  z.strictObject({
    from: timeParameter,
    to: timeParameter.describe('At most 31 days after from, and not in the future'),
  }),
);
