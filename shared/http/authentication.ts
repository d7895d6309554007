import { tokenMatches } from '#shared/registry/token-digest.ts';
import type { AdminRequest } from './admin-request.ts';
import { bearerTokenOf } from './bearer-token.ts';

/** How a home knows its operator. Read tokens of subscriptions are the same in every home. */
export interface Authentication {
  /** The operator's name for the record of changes; undefined: the request is not an operator's. */
  operatorOf(request: Pick<AdminRequest, 'headers' | 'caller'>): string | undefined;
  /** What a refused caller is told to send. */
  readonly cure: string;
  /** The operator's security scheme in the OpenAPI document. */
  readonly scheme: Readonly<Record<string, string>>;
}

/** One operator, who holds a token. `operatorTokenSha256`: base64url. What the edge says of a caller counts for nothing. */
export function operatorByToken(operatorTokenSha256: string): Authentication {
  return {
    operatorOf({ headers }) {
      const token = bearerTokenOf(headers['authorization']);
      return token !== undefined && tokenMatches(token, operatorTokenSha256) ? 'operator' : undefined;
    },
    cure: 'Send Authorization: Bearer <operator token>; the embedded home keeps it in its token file.',
    scheme: { type: 'http', scheme: 'bearer', description: "The operator's token" },
  };
}

/** Whoever the edge has authenticated is an operator, by that name; no token makes one. */
export const operatorByEdge: Authentication = {
  operatorOf: ({ caller }) => (caller === undefined || caller === '' ? undefined : caller),
  cure: "Operators sign their requests with AWS Signature Version 4 (service execute-api); a subscription's events are read with Authorization: Bearer <its read token>.",
  scheme: {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    description: 'AWS Signature Version 4, service execute-api',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
};
