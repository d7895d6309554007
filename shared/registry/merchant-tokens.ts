import { auditChange, auditFacts } from './audit-change.ts';
import { refuseQuota } from './quotas.ts';
import type { AuditEntry, Merchant, RegistryStore, WriteOutcome } from './records.ts';
import { tokenDigest, tokenMatches } from './token-digest.ts';
import {
  refuseWrite,
  retryOnConflict,
  type WriteContext,
  type WriteRefusal,
  type WriteResult,
  writeResult,
} from './write-result.ts';

/** A merchant's way into the admin API. Its value is shown once, when it is made: what is kept is its digest. */
export interface MerchantToken {
  readonly tokenId: string;
  /** What it is for, in the operator's words. */
  readonly name: string;
  /** token-digest.ts, of the whole value. */
  readonly sha256: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** From then on it opens nothing; absent: until it is revoked. */
  readonly expiresAt?: string;
  readonly revokedAt?: string;
}

/** All tokens of a merchant: one row, so that a quota holds exactly. */
export interface MerchantTokens {
  readonly merchantId: string;
  readonly version: number;
  /** Oldest first; of those that open nothing any more the last {@link DEAD_KEPT}. */
  readonly tokens: readonly MerchantToken[];
}

export interface MerchantTokenStore {
  tokensOf(merchantId: string): Promise<MerchantTokens | undefined>;
  /** Together with the audit entry, or not at all; as RegistryStore's writes. */
  putTokens(tokens: MerchantTokens, expectedVersion: number | undefined, audit: AuditEntry): Promise<WriteOutcome>;
}

export interface MerchantTokenDeps {
  readonly registry: Pick<RegistryStore, 'merchant'>;
  readonly tokens: MerchantTokenStore;
  readonly randomToken: (bytes: number) => string;
}

export interface TokenOrder {
  readonly merchantId: string;
  readonly name?: string | undefined;
  /** ISO time. */
  readonly expiresAt?: string | undefined;
}

const SECRET_BYTES = 32;
const DEAD_KEPT = 50;
/** `prm/<merchantId>/<tokenId>/<secret>`: where to look is in it, so that finding it is one read. */
const VALUE = /^prm\/([A-Za-z0-9._~-]{1,64})\/(t-[A-Za-z0-9_-]{1,32})\/[A-Za-z0-9_-]{8,}$/;

/** Makes a token; `value` is known here and now only. */
export function makeMerchantToken(
  deps: MerchantTokenDeps,
  { merchantId, name, expiresAt }: TokenOrder,
  context: WriteContext,
): Promise<WriteResult<{ readonly token: MerchantToken; readonly value: string }>> {
  return retryOnConflict(`/merchants/${merchantId}/tokens`, async () => {
    const merchant = await deps.registry.merchant(merchantId);
    const refusal = checkMerchant(merchant, merchantId) ?? checkExpiry(expiresAt, context.now);
    if (refusal !== undefined) return refusal;
    const before = await deps.tokens.tokensOf(merchantId);
    const live = (before?.tokens ?? []).filter((token) => isLive(token, context.now));
    const over = refuseQuota(merchant, 'tokens', live.length, 'DELETE one that is not needed any more');
    if (over !== undefined) return over;
    const now = context.now.toISOString();
    const tokenId = `t-${deps.randomToken(6)}`;
    const value = `prm/${merchantId}/${tokenId}/${deps.randomToken(SECRET_BYTES)}`;
    const token: MerchantToken = {
      ...{ tokenId, name: name ?? tokenId, sha256: tokenDigest(value), createdAt: now, createdBy: context.who },
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const dead = (before?.tokens ?? []).filter((one) => !isLive(one, context.now)).slice(-DEAD_KEPT);
    const after = { merchantId, version: (before?.version ?? 0) + 1, tokens: [...dead, ...live, token] };
    const outcome = await deps.tokens.putTokens(after, before?.version, {
      ...{ at: now, who: context.who, what: 'merchant.token-make', resource: tokenResource(merchantId, tokenId) },
      changes: auditFacts({ name: token.name, expiresAt }),
    });
    return writeResult(outcome, true, { token, value });
  });
}

/** From then on it opens nothing. Revoking twice is harmless. */
export function revokeMerchantToken(
  deps: Pick<MerchantTokenDeps, 'tokens'>,
  merchantId: string,
  tokenId: string,
  context: WriteContext,
): Promise<WriteResult<MerchantToken>> {
  const resource = tokenResource(merchantId, tokenId);
  return retryOnConflict<MerchantToken>(resource, async () => {
    const before = await deps.tokens.tokensOf(merchantId);
    const found = before?.tokens.find((token) => token.tokenId === tokenId);
    if (before === undefined || found === undefined) {
      const detail = `Merchant ${JSON.stringify(merchantId)} has no token ${JSON.stringify(tokenId)}.`;
      return refuseWrite('not_found', detail);
    }
    if (found.revokedAt !== undefined) return { ok: true, created: false, record: found };
    const revokedAt = context.now.toISOString();
    const record: MerchantToken = { ...found, revokedAt };
    const tokens = before.tokens.map((token) => (token === found ? record : token));
    const audit = { at: revokedAt, who: context.who, what: 'merchant.token-revoke', resource };
    const outcome = await deps.tokens.putTokens({ ...before, tokens, version: before.version + 1 }, before.version, {
      ...audit,
      changes: [auditChange('revokedAt', undefined, revokedAt)],
    });
    return writeResult(outcome, false, record);
  });
}

/** Whose a bearer token is; undefined: nobody's, revoked or expired. */
export async function merchantOfToken(
  tokens: Pick<MerchantTokenStore, 'tokensOf'>,
  value: string,
  now: Date,
): Promise<{ readonly merchantId: string; readonly tokenId: string } | undefined> {
  const [, merchantId, tokenId] = VALUE.exec(value) ?? [];
  if (merchantId === undefined || tokenId === undefined) return undefined;
  const found = (await tokens.tokensOf(merchantId))?.tokens.find((token) => token.tokenId === tokenId);
  if (found === undefined || !isLive(found, now) || !tokenMatches(value, found.sha256)) return undefined;
  return { merchantId, tokenId };
}

export function isLive({ expiresAt, revokedAt }: MerchantToken, now: Date): boolean {
  return revokedAt === undefined && (expiresAt === undefined || now.toISOString() < expiresAt);
}

function tokenResource(merchantId: string, tokenId: string): string {
  return `/merchants/${merchantId}/tokens/${tokenId}`;
}

function checkMerchant(merchant: Merchant | undefined, merchantId: string): WriteRefusal | undefined {
  if (merchant !== undefined && !merchant.archived) return undefined;
  const state = merchant === undefined ? 'There is no merchant' : 'Archived is the merchant';
  return refuseWrite('not_found', `${state} ${JSON.stringify(merchantId)}: PUT /merchants/${merchantId} first.`);
}

function checkExpiry(expiresAt: string | undefined, now: Date): WriteRefusal | undefined {
  if (expiresAt === undefined || expiresAt > now.toISOString()) return undefined;
  const message = `must be later than now, ${now.toISOString()}, or left out`;
  return refuseWrite('invalid', `expiresAt ${message}.`, [{ field: '/expiresAt', value: expiresAt, message }]);
}
