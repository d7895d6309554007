import { GATEWAY_SETTINGS } from '#shared/gateways/gateway-settings-table.ts';
import type { Connector, PreviousCallbackToken } from './records.ts';
import { RETIRED_AFTER_DAYS } from './retirement.ts';
import { changeConnector } from './rotate-secret.ts';
import { tokenDigest } from './token-digest.ts';
import { refuseWrite, type WriteContext, type WriteResult } from './write-result.ts';

const TOKEN_BYTES = 32;
const DAY_MS = 86_400_000;

/** A connector as its writer is told of it: the token that ends its callback URL is known here and now only. */
export interface ConnectorWithToken extends Connector {
  readonly callbackToken?: string;
}

export interface MadeToken {
  readonly members: Pick<Connector, 'callbackTokenSha256' | 'previousCallbackTokens'>;
  /** Undefined: it has one already, or needs none. */
  readonly token?: string;
}

/** The token members of a connector's next row: made where they are needed first, kept as they are from then on. */
export function tokenMembers(
  before: Connector | undefined,
  after: Pick<Connector, 'gateway' | 'settings'>,
  randomToken: (bytes: number) => string,
): MadeToken {
  if (GATEWAY_SETTINGS[after.gateway]?.needsCallbackToken(after.settings) !== true) return { members: {} };
  const { callbackTokenSha256, previousCallbackTokens } = before ?? {};
  if (callbackTokenSha256 !== undefined) {
    return { members: { callbackTokenSha256, ...(previousCallbackTokens && { previousCallbackTokens }) } };
  }
  const token = randomToken(TOKEN_BYTES);
  return { members: { callbackTokenSha256: tokenDigest(token) }, token };
}

/**
 * Makes another token. URLs with the old one are taken for 540 days more, because gateways keep the URL of each
 * transaction; with `revokePrevious` they are worth nothing from now on.
 */
export function renewCallbackToken(
  deps: {
    readonly registry: Parameters<typeof changeConnector>[0];
    readonly randomToken: (bytes: number) => string;
  },
  connectorId: string,
  options: { readonly revokePrevious?: boolean | undefined },
  context: WriteContext,
): Promise<WriteResult<ConnectorWithToken>> {
  return changeConnector<ConnectorWithToken>(deps.registry, connectorId, context, async (before) => {
    if (before.callbackTokenSha256 === undefined) {
      const detail = `The callback URL of connector ${connectorId} has no token: its callbacks are signed by ${before.gateway}.`;
      return refuseWrite('invalid', detail);
    }
    const callbackToken = deps.randomToken(TOKEN_BYTES);
    const validUntil = new Date(context.now.getTime() + RETIRED_AFTER_DAYS * DAY_MS).toISOString();
    const replaced: PreviousCallbackToken = { sha256: before.callbackTokenSha256, validUntil };
    const stillValid = (before.previousCallbackTokens ?? []).filter(
      (one) => context.now.toISOString() < one.validUntil,
    );
    const { previousCallbackTokens: _, ...rest } = before;
    const previous = options.revokePrevious === true ? [] : [...stillValid, replaced];
    const record: Connector = {
      ...rest,
      callbackTokenSha256: tokenDigest(callbackToken),
      ...(previous.length === 0 ? {} : { previousCallbackTokens: previous }),
    };
    const what = 'connector.callback-token';
    return {
      ...{ ok: true, what, changes: [{ field: 'callbackToken' }], record },
      answer: (connector) => ({ ...connector, callbackToken }),
    };
  });
}
