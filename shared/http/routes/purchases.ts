import * as z from 'zod';
import { subjectName } from '#shared/model/vocabulary.ts';
import type { HeadRow, LedgerQuery } from '#shared/pipeline/ports.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { NO_BODY, type Route, route } from '../route.ts';
import { idShape, MAX_LIMIT } from '../shapes/common.ts';
import { purchaseShape } from '../shapes/subjects.ts';
import { subjectView } from './subject-view.ts';

/** The members that tell a paid attempt. */
const attemptSchema = z.looseObject({
  connectorId: z.string(),
  id: z.string(),
  kind: z.string(),
  status: z.string(),
  totals: z.looseObject({ captured: z.number() }).optional(),
});

/** The order sits above its attempts: one that expired does not fail what another one paid. */
export function purchaseRoute(deps: AdminDeps): Route {
  return route({
    method: 'GET',
    path: '/purchases/{reference}',
    operationId: 'getPurchase',
    tag: 'Transactions',
    summary: 'All attempts of a purchase, and which one paid',
    description: 'The reference is a purchase reference or a merchant reference; both are looked for.',
    auth: 'merchant',
    merchantView: 'query',
    params: z.strictObject({ reference: z.string().min(1).max(512) }),
    query: z.strictObject({ merchantId: idShape.exactOptional(), connectorId: idShape.exactOptional() }),
    body: NO_BODY,
    answers: { 200: { description: 'The attempts', schema: purchaseShape } },
    problems: ['not_found'],
    async handle(call) {
      const { reference } = call.params;
      const scope = { ...call.query, type: 'transaction', limit: MAX_LIMIT } as const;
      const found = [
        await deps.ledger.find({ ...scope, purchaseReference: reference } satisfies LedgerQuery),
        await deps.ledger.find({ ...scope, merchantReference: reference } satisfies LedgerQuery),
      ];
      const heads = distinct(found.flatMap((page) => page.items));
      if (heads.length === 0) {
        return notFound(`No transaction has the purchase or merchant reference ${JSON.stringify(reference)}.`);
      }
      const views = await Promise.all(heads.map(({ key }) => subjectView(deps.ledger, key)));
      const items = views.filter((view) => view !== undefined);
      const paidBy = items.flatMap(paidAttempt);
      const complete = found.every((page) => page.cursor === null);
      return json({ reference, paid: paidBy.length > 0, paidBy, complete, items, cursor: null });
    },
  });
}

/** Newest first, each once. */
function distinct(heads: readonly HeadRow[]): readonly HeadRow[] {
  const byName = new Map(heads.map((head) => [subjectName(head.key), head]));
  return [...byName.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}

function paidAttempt(item: object): readonly { readonly connectorId: string; readonly id: string }[] {
  const attempt = attemptSchema.safeParse(item);
  if (!attempt.success) return [];
  const { connectorId, id, kind, status, totals } = attempt.data;
  const paid = status === 'FINISHED' && (kind === 'debit' || (kind === 'preauthorize' && (totals?.captured ?? 0) > 0));
  return paid ? [{ connectorId, id }] : [];
}
