import type { Clock } from '#shared/pipeline/ports.ts';
import { type MerchantTokenStore, merchantOfToken } from '#shared/registry/merchant-tokens.ts';
import { tokenMatches } from '#shared/registry/token-digest.ts';
import { type AccessRules, roleOfArn, roleOfClaims } from './access-rules.ts';
import type { AdminRequest } from './admin-request.ts';
import { bearerTokenOf } from './bearer-token.ts';
import type { Recognition } from './principal.ts';

type SecurityScheme = Readonly<Record<string, string>>;

/** How a home knows its operators and merchants. Read tokens of subscriptions are the same in every home. */
export interface Authentication {
  recognize(request: Pick<AdminRequest, 'headers' | 'caller'>): Promise<Recognition>;
  /** What a caller whom nobody knows is told to send. */
  readonly cure: string;
  /** Security schemes of the OpenAPI document; `person`: people beside machines, at a base of their own. */
  readonly schemes: {
    readonly operator: SecurityScheme;
    readonly merchant: SecurityScheme;
    readonly person?: SecurityScheme;
  };
}

export interface TokenAuthentication {
  /** base64url SHA-256. */
  readonly operatorTokenSha256: string;
  readonly tokens: Pick<MerchantTokenStore, 'tokensOf'>;
  readonly clock: Clock;
}

/** One operator, who holds a token, and merchants with tokens of theirs. What an edge says of a caller counts for nothing. */
export function authenticationByToken({ operatorTokenSha256, tokens, clock }: TokenAuthentication): Authentication {
  return {
    async recognize({ headers }) {
      const token = bearerTokenOf(headers['authorization']);
      if (token === undefined) return { known: 'unknown' };
      if (tokenMatches(token, operatorTokenSha256)) return { known: 'operator', who: 'operator' };
      const owner = await merchantOfToken(tokens, token, clock.now());
      if (owner === undefined) return { known: 'unknown' };
      const { merchantId, tokenId } = owner;
      return { known: 'merchant', merchantId, who: `merchant ${merchantId}, token ${tokenId}` };
    },
    cure: "Send Authorization: Bearer <token>: the operator's, which the embedded home keeps in its token file, or one that POST /merchants/{merchantId}/tokens made.",
    schemes: {
      operator: { type: 'http', scheme: 'bearer', description: "The operator's token" },
      merchant: { type: 'http', scheme: 'bearer', description: 'A token of the merchant' },
    },
  };
}

/** Whoever the edge has authenticated has the role that the environment's settings give: by ARN, or by a token's claims. */
export function authenticationByEdge(rules: AccessRules): Authentication {
  return {
    async recognize({ caller }) {
      if (caller?.kind === 'iam' && caller.arn !== '') return roleOfArn(rules, caller.arn);
      return caller?.kind === 'person' ? roleOfClaims(rules, caller.claims) : { known: 'unknown' };
    },
    cure: "Operators and merchants sign their requests with AWS Signature Version 4 (service execute-api); people send a token of the environment's issuer to /people/api/v1, where that is set up; a subscription's events are read with Authorization: Bearer <its read token>.",
    schemes: {
      operator: SIGV4,
      merchant: SIGV4,
      ...(rules.jwt !== undefined && {
        person: {
          type: 'openIdConnect',
          openIdConnectUrl: `${rules.jwt.issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
          description: 'A token of the issuer, at the base that begins with /people; its claims say which role it has',
        },
      }),
    },
  };
}

const SIGV4 = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  description: "AWS Signature Version 4, service execute-api; the environment's settings say which role is whose",
  'x-amazon-apigateway-authtype': 'awsSigv4',
};
