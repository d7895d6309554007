import { quotasOf } from '#shared/registry/quotas.ts';
import type { RegistryStore } from '#shared/registry/records.ts';
import { tokenMatches } from '#shared/registry/token-digest.ts';
import type { AdminRequest, AdminResponse } from './admin-request.ts';
import { notFound } from './answer.ts';
import type { Authentication } from './authentication.ts';
import { bearerTokenOf } from './bearer-token.ts';
import type { Principal } from './principal.ts';
import { problem } from './problem.ts';
import { merchantRate, type Rate, type RateLimits } from './rate-limit.ts';
import type { Route } from './route.ts';

export type Authorization =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly answer: AdminResponse };

export interface AuthorizeDeps {
  readonly registry: Pick<RegistryStore, 'subscription' | 'merchant'>;
  /** How the home that this runs in knows its callers. */
  readonly authentication: Authentication;
  readonly rateLimits: RateLimits;
}

/** Also what a merchant is told of a route that is not for merchants. */
export const NOTHING_HERE = 'Nothing is offered at this path: GET /openapi.json lists all.';

const ANYBODY: Principal = { role: 'anybody', who: 'anybody' };

/**
 * Who calls, and whether the route is for such callers and they have not asked too much. What of it is a merchant's own is
 * judged after this (merchant-view.ts). An unknown subscription and a wrong token get the same answer.
 */
export async function authorize(
  deps: AuthorizeDeps,
  route: Pick<Route, 'auth'>,
  params: Readonly<Record<string, string>>,
  request: Pick<AdminRequest, 'headers' | 'caller'>,
): Promise<Authorization> {
  if (route.auth === 'open') return { ok: true, principal: ANYBODY };
  const caller = await deps.authentication.recognize(request);
  switch (caller.known) {
    case 'operator':
      return limited(deps, { role: 'operator', who: caller.who }, deps.rateLimits.operator);
    case 'merchant':
      return ofMerchant(deps, route, caller);
    case 'unmapped':
      return { ok: false, answer: problem('forbidden', caller.cure) };
    case 'unknown':
      return byReadToken(deps, route, params, request);
  }
}

async function ofMerchant(
  deps: AuthorizeDeps,
  { auth }: Pick<Route, 'auth'>,
  { who, merchantId }: { readonly who: string; readonly merchantId: string },
): Promise<Authorization> {
  const merchant = await deps.registry.merchant(merchantId);
  if (merchant === undefined || merchant.archived) {
    const detail = `${who} is of merchant ${merchantId}, which is not in use here: an operator has to PUT /merchants/${merchantId}.`;
    return { ok: false, answer: problem('forbidden', detail) };
  }
  const admitted = await limited(deps, { role: 'merchant', who, merchantId }, merchantRate(quotasOf(merchant)));
  return auth === 'operator' && admitted.ok ? { ok: false, answer: notFound(NOTHING_HERE) } : admitted;
}

async function byReadToken(
  deps: AuthorizeDeps,
  route: Pick<Route, 'auth'>,
  params: Readonly<Record<string, string>>,
  { headers }: Pick<AdminRequest, 'headers'>,
): Promise<Authorization> {
  const refuse = refusalBy(deps.authentication);
  const header = headers['authorization'];
  if (header === undefined) return refuse('The request has no Authorization header.', '');
  const token = bearerTokenOf(header);
  if (token === undefined) return refuse('The Authorization header is no bearer token.', ', error="invalid_request"');
  if (route.auth === 'subscription') {
    const { merchantId = '', subscriptionId = '' } = params;
    const subscription = await deps.registry.subscription(merchantId, subscriptionId);
    if (subscription !== undefined && tokenMatches(token, subscription.readTokenSha256)) {
      const who = `subscription ${merchantId}/${subscriptionId}`;
      return limited(deps, { role: 'subscription', who }, deps.rateLimits.subscription);
    }
  }
  return refuse('The bearer token is not valid here.', ', error="invalid_token"');
}

async function limited(
  { rateLimits }: AuthorizeDeps,
  principal: Exclude<Principal, { role: 'anybody' }>,
  rate: Rate,
): Promise<Authorization> {
  const taken = await rateLimits.limiter.take(`${principal.role} ${principal.who}`, rate);
  if (taken.ok) return { ok: true, principal };
  const { retryAfterSeconds } = taken;
  const detail = `${principal.who} may send ${rate.perSecond} requests a second, a few more at once: wait ${retryAfterSeconds} s.`;
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return { ok: false, answer: problem('rate_limited', detail, [], headers) };
}

function refusalBy({ cure }: Authentication) {
  return (what: string, parameters: string): Authorization => {
    const headers = { 'www-authenticate': `Bearer realm="postrider"${parameters}` };
    return { ok: false, answer: problem('unauthorized', `${what} ${cure}`, [], headers) };
  };
}
