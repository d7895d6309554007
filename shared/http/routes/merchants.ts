import * as z from 'zod';
import { archiveMerchant, putMerchant } from '#shared/registry/write-merchant.ts';
import type { AdminDeps } from '../admin-deps.ts';
import { json, noContent, notFound, refused, versioned } from '../answer.ts';
import { invalid, NO_BODY, NO_PARAMS, NO_QUERY, type Route, route } from '../route.ts';
import { idShape, pageParameters } from '../shapes/common.ts';
import { merchantBody, merchantListShape, merchantShape, merchantView } from '../shapes/registry.ts';
import { filteredPage, pageRequest } from './pages.ts';
import { idProblems, writeContext } from './write-context.ts';

const tag = 'Registry';
const path = '/merchants/{merchantId}';
const params = z.strictObject({ merchantId: idShape });
export const archivedParameter = z
  .enum(['true', 'false'])
  .exactOptional()
  .describe('true: those out of use too; false by default');

export function merchantRoutes(deps: AdminDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/merchants',
      operationId: 'listMerchants',
      tag,
      summary: 'Merchants by id',
      auth: 'operator',
      params: NO_PARAMS,
      query: z.strictObject({ ...pageParameters, archived: archivedParameter }),
      body: NO_BODY,
      answers: { 200: { description: 'A page of merchants', schema: merchantListShape } },
      async handle({ query }) {
        const page = await filteredPage(
          pageRequest(query),
          (next) => deps.registry.merchants(next),
          (merchant) => query.archived === 'true' || !merchant.archived,
        );
        return json({ items: page.items.map(merchantView), cursor: page.cursor });
      },
    }),
    route({
      method: 'GET',
      path,
      operationId: 'getMerchant',
      tag,
      summary: 'One merchant, archived or not',
      auth: 'merchant',
      merchantView: 'path',
      params,
      query: NO_QUERY,
      body: NO_BODY,
      answers: { 200: { description: 'The merchant', schema: merchantShape } },
      problems: ['not_found'],
      async handle(call) {
        const merchant = await deps.registry.merchant(call.params.merchantId);
        if (merchant === undefined) return notFound(`There is no merchant ${JSON.stringify(call.params.merchantId)}.`);
        return versioned(merchantView(merchant));
      },
    }),
    putRoute(deps),
    route({
      method: 'DELETE',
      path,
      operationId: 'archiveMerchant',
      tag,
      summary: 'Take a merchant out of use; refused while it has connectors in use',
      auth: 'operator',
      conditional: true,
      params,
      query: NO_QUERY,
      body: NO_BODY,
      answers: { 204: { description: 'Archived, now or before' } },
      problems: ['not_found', 'in_use', 'busy'],
      async handle(call) {
        const { merchantId } = call.params;
        const result = await archiveMerchant(deps.registry, merchantId, writeContext(deps, call));
        if (!result.ok) return refused(result);
        await deps.registryChanged('merchant', merchantId);
        return noContent();
      },
    }),
  ];
}

function putRoute(deps: AdminDeps): Route {
  return route({
    method: 'PUT',
    path,
    operationId: 'putMerchant',
    tag,
    summary: 'Create or change a merchant, or bring it back',
    auth: 'operator',
    conditional: true,
    params,
    query: NO_QUERY,
    body: merchantBody,
    answers: {
      200: { description: 'Changed, or as it was', schema: merchantShape },
      201: { description: 'Created', schema: merchantShape },
    },
    problems: ['busy'],
    async handle(call) {
      const { merchantId } = call.params;
      const problems = idProblems(call.params, call.body);
      if (problems.length > 0) return invalid('invalid', problems);
      const result = await putMerchant(deps.registry, { ...call.body, merchantId }, writeContext(deps, call));
      if (!result.ok) return refused(result);
      await deps.registryChanged('merchant', merchantId);
      return versioned(merchantView(result.record), result.created);
    },
  });
}
