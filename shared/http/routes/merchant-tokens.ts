import * as z from 'zod';
import type { Clock } from '#shared/pipeline/ports.ts';
import { type MerchantTokenStore, makeMerchantToken, revokeMerchantToken } from '#shared/registry/merchant-tokens.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import { json, noContent, notFound, refused } from '../answer.ts';
import { NO_BODY, NO_QUERY, type Route, route } from '../route.ts';
import { idShape } from '../shapes/common.ts';
import { tokenBody, tokenListShape, tokenShape, tokenView } from '../shapes/registry.ts';
import { writeContext } from './write-context.ts';

export interface MerchantTokenRouteDeps {
  readonly registry: Pick<RegistryStore, 'merchant'>;
  readonly tokens: MerchantTokenStore;
  readonly clock: Clock;
  readonly randomToken: (bytes: number) => string;
}

const tag = 'Registry';
const path = '/merchants/{merchantId}/tokens';
const params = z.strictObject({ merchantId: idShape });

/** For homes whose edge authenticates nobody; on AWS merchants have IAM roles. Operators alone hand out ways in. */
export function merchantTokenRoutes(deps: MerchantTokenRouteDeps): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path, operationId: 'listMerchantTokens', tag, auth: 'operator', params },
      summary: 'Tokens of a merchant, oldest first, without their values',
      query: NO_QUERY,
      body: NO_BODY,
      answers: { 200: { description: 'The tokens', schema: tokenListShape } },
      async handle({ params: { merchantId } }) {
        if ((await deps.registry.merchant(merchantId)) === undefined) {
          return notFound(`There is no merchant ${JSON.stringify(merchantId)}.`);
        }
        const { tokens = [] } = (await deps.tokens.tokensOf(merchantId)) ?? {};
        const now = deps.clock.now();
        return json({ items: tokens.map((token) => tokenView(token, now)), cursor: null });
      },
    }),
    route({
      ...{ method: 'POST', path, operationId: 'makeMerchantToken', tag, auth: 'operator', params },
      summary: 'Make a token that shows a merchant its own data; its value is in this answer, and never again',
      query: NO_QUERY,
      body: tokenBody,
      answers: { 201: { description: 'Made; with its value', schema: tokenShape } },
      problems: ['busy', 'quota_exceeded'],
      async handle(call) {
        const result = await makeMerchantToken(deps, { ...call.params, ...call.body }, writeContext(deps, call));
        if (!result.ok) return refused(result);
        return json(tokenView(result.record.token, deps.clock.now(), result.record.value), 201);
      },
    }),
    revokeRoute(deps),
  ];
}

function revokeRoute(deps: MerchantTokenRouteDeps): Route {
  return route({
    ...{ method: 'DELETE', path: `${path}/{tokenId}`, operationId: 'revokeMerchantToken', tag, auth: 'operator' },
    summary: 'Revoke a token: it opens nothing from then on',
    params: z.strictObject({ merchantId: idShape, tokenId: idShape }),
    query: NO_QUERY,
    body: NO_BODY,
    answers: { 204: { description: 'Revoked, now or before' } },
    problems: ['busy'],
    async handle(call) {
      const { merchantId, tokenId } = call.params;
      const result = await revokeMerchantToken(deps, merchantId, tokenId, writeContext(deps, call));
      return result.ok ? noContent() : refused(result);
    },
  });
}
