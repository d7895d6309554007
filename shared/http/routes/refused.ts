import * as z from 'zod';
import type { AdminDeps } from '../admin-deps.ts';
import { json, notFound } from '../answer.ts';
import { NO_BODY, NO_PARAMS, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { refusedListShape } from '../shapes/refused.ts';

const answers = { 200: { description: 'Samples and counts', schema: refusedListShape } };

export function refusedRoutes(deps: AdminDeps): readonly Route[] {
  const answer = async (connectorId: string | undefined) => {
    const { items, counts } = await deps.refused.list(connectorId);
    return json({ items, counts, cursor: null });
  };
  return [
    route({
      method: 'GET',
      path: '/refused',
      operationId: 'listRefusedUnknown',
      tag: 'Callbacks',
      summary: 'Requests for unknown connectors: the last 20 paths and times',
      auth: 'operator',
      params: NO_PARAMS,
      query: NO_QUERY,
      body: NO_BODY,
      answers,
      handle: () => answer(undefined),
    }),
    route({
      method: 'GET',
      path: '/connectors/{connectorId}/refused',
      operationId: 'listRefused',
      tag: 'Callbacks',
      summary: 'Refused callbacks of a connector: the last 20 and why',
      auth: 'operator',
      params: z.strictObject({ connectorId: idShape }),
      query: NO_QUERY,
      body: NO_BODY,
      answers,
      problems: ['not_found'],
      async handle({ params: { connectorId } }) {
        const connector = await deps.registry.connector(connectorId);
        if (connector === undefined) return notFound(`There is no connector ${JSON.stringify(connectorId)}.`);
        return answer(connectorId);
      },
    }),
  ];
}
