import type { RegistryStore } from '#shared/registry/records.ts';
import { tokenMatches } from '#shared/registry/token-digest.ts';
import type { AdminRequest, AdminResponse } from './admin-request.ts';
import type { Authentication } from './authentication.ts';
import { bearerTokenOf } from './bearer-token.ts';
import { problem } from './problem.ts';
import type { Route } from './route.ts';

export type Authorization =
  | { readonly ok: true; readonly who: string }
  | { readonly ok: false; readonly answer: AdminResponse };

export interface AuthorizeDeps {
  readonly registry: Pick<RegistryStore, 'subscription'>;
  /** How the home that this runs in knows its operator. */
  readonly authentication: Authentication;
}

/** Who may call the route. An unknown subscription and a wrong token get the same answer. */
export async function authorize(
  deps: AuthorizeDeps,
  route: Pick<Route, 'auth'>,
  params: Readonly<Record<string, string>>,
  request: Pick<AdminRequest, 'headers' | 'caller'>,
): Promise<Authorization> {
  if (route.auth === 'open') return { ok: true, who: 'anybody' };
  const operator = deps.authentication.operatorOf(request);
  if (operator !== undefined) return { ok: true, who: operator };
  const refuse = refusalBy(deps.authentication);
  const header = request.headers['authorization'];
  if (header === undefined) return refuse('The request has no Authorization header.', '');
  const token = bearerTokenOf(header);
  if (token === undefined) return refuse('The Authorization header is no bearer token.', ', error="invalid_request"');
  if (route.auth === 'subscription') {
    const { merchantId = '', subscriptionId = '' } = params;
    const subscription = await deps.registry.subscription(merchantId, subscriptionId);
    if (subscription !== undefined && tokenMatches(token, subscription.readTokenSha256)) {
      return { ok: true, who: `subscription ${merchantId}/${subscriptionId}` };
    }
  }
  return refuse('The bearer token is not valid here.', ', error="invalid_token"');
}

function refusalBy({ cure }: Authentication) {
  return (what: string, parameters: string): Authorization => {
    const headers = { 'www-authenticate': `Bearer realm="postrider"${parameters}` };
    return { ok: false, answer: problem('unauthorized', `${what} ${cure}`, [], headers) };
  };
}
