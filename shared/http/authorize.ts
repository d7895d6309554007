import type { RegistryStore } from '#shared/registry/records.ts';
import { tokenMatches } from '#shared/registry/token-digest.ts';
import type { AdminResponse } from './admin-request.ts';
import { problem } from './problem.ts';
import type { Route } from './route.ts';

export type Authorization =
  | { readonly ok: true; readonly who: string }
  | { readonly ok: false; readonly answer: AdminResponse };

export interface AuthorizeDeps {
  readonly registry: Pick<RegistryStore, 'subscription'>;
  readonly operatorTokenSha256: string;
}

/** Who may call the route: bearer tokens only. An unknown subscription and a wrong token get the same answer. */
export async function authorize(
  deps: AuthorizeDeps,
  route: Pick<Route, 'auth'>,
  params: Readonly<Record<string, string>>,
  header: string | undefined,
): Promise<Authorization> {
  if (route.auth === 'open') return { ok: true, who: 'anybody' };
  if (header === undefined) return refuse('The request has no Authorization header.', '');
  const token = /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header)?.[1];
  if (token === undefined) return refuse('The Authorization header is no bearer token.', ', error="invalid_request"');
  if (tokenMatches(token, deps.operatorTokenSha256)) return { ok: true, who: 'operator' };
  if (route.auth === 'subscription') {
    const { merchantId = '', subscriptionId = '' } = params;
    const subscription = await deps.registry.subscription(merchantId, subscriptionId);
    if (subscription !== undefined && tokenMatches(token, subscription.readTokenSha256)) {
      return { ok: true, who: `subscription ${merchantId}/${subscriptionId}` };
    }
  }
  return refuse('The bearer token is not valid here.', ', error="invalid_token"');
}

function refuse(what: string, parameters: string): Authorization {
  const detail = `${what} Send Authorization: Bearer <operator token>; the embedded home keeps it in its token file.`;
  const headers = { 'www-authenticate': `Bearer realm="postrider"${parameters}` };
  return { ok: false, answer: problem('unauthorized', detail, [], headers) };
}
