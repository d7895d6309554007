/** Who calls, once a home has recognized them. `who` stands in the record of changes. */
export type Principal =
  | { readonly role: 'operator'; readonly who: string }
  /** Sees what is the merchant's and nothing else. */
  | { readonly role: 'merchant'; readonly who: string; readonly merchantId: string }
  /** The read token of a subscription: opens its events alone. */
  | { readonly role: 'subscription'; readonly who: string }
  | { readonly role: 'anybody'; readonly who: 'anybody' };

/** Whom the edge in front has authenticated (API Gateway's own words, which no request can set). */
export type EdgeCaller =
  /** The ARN that the IAM authorizer names. */
  | { readonly kind: 'iam'; readonly arn: string }
  /** The claims of a token that the JWT authorizer has verified: signature, issuer, audience, time. */
  | { readonly kind: 'person'; readonly claims: Readonly<Record<string, unknown>> };

/** Whom a request is from: `unknown` shows nothing that this home knows; `unmapped` is somebody without a role here. */
export type Recognition =
  | { readonly known: 'operator'; readonly who: string }
  | { readonly known: 'merchant'; readonly who: string; readonly merchantId: string }
  | { readonly known: 'unmapped'; readonly who: string; readonly cure: string }
  | { readonly known: 'unknown' };
