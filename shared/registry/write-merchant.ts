import { auditChange } from './audit-change.ts';
import { changedMembers } from './changed-members.ts';
import type { Connector, Merchant, MerchantQuotas, RegistryStore } from './records.ts';
import {
  checkVersion,
  refuseWrite,
  retryOnConflict,
  type WriteContext,
  type WriteResult,
  writeResult,
} from './write-result.ts';

type MerchantRegistry = Pick<RegistryStore, 'merchant' | 'putMerchant'>;

export interface MerchantChange {
  readonly merchantId: string;
  /** Left out: as it was, at first the id. */
  readonly name?: string;
  /** Left out: as they were, at first the defaults. */
  readonly quotas?: Partial<MerchantQuotas>;
}

/** Creates, changes or brings back a merchant. What changes nothing writes nothing. */
export function putMerchant(
  registry: MerchantRegistry,
  change: MerchantChange,
  context: WriteContext,
): Promise<WriteResult<Merchant>> {
  const resource = `/merchants/${change.merchantId}`;
  return retryOnConflict(resource, async () => {
    const before = await registry.merchant(change.merchantId);
    const mismatch = checkVersion(context, resource, before);
    if (mismatch !== undefined) return mismatch;
    const now = context.now.toISOString();
    const name = change.name ?? before?.name ?? change.merchantId;
    const quotas = change.quotas ?? before?.quotas;
    const changes = changedMembers(visible(before), { name, archived: false, ...visibleQuotas(quotas) });
    if (before !== undefined && changes.length === 0) return { ok: true, created: false, record: before };
    const record: Merchant = {
      merchantId: change.merchantId,
      name,
      ...(quotas === undefined ? {} : { quotas }),
      version: (before?.version ?? 0) + 1,
      archived: false,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    const what = before === undefined ? 'merchant.create' : 'merchant.change';
    const outcome = await registry.putMerchant(record, before?.version, {
      at: now,
      who: context.who,
      what,
      resource,
      changes,
    });
    return writeResult(outcome, before === undefined, record);
  });
}

/** Takes a merchant out of use. Refused while a connector of it is in use; what was published stays readable. */
export function archiveMerchant(
  registry: MerchantRegistry & Pick<RegistryStore, 'connectors'>,
  merchantId: string,
  context: WriteContext,
): Promise<WriteResult<Merchant>> {
  const resource = `/merchants/${merchantId}`;
  return retryOnConflict(resource, async () => {
    const before = await registry.merchant(merchantId);
    if (before === undefined) return refuseWrite('not_found', `There is no merchant ${JSON.stringify(merchantId)}.`);
    const mismatch = checkVersion(context, resource, before);
    if (mismatch !== undefined) return mismatch;
    if (before.archived) return { ok: true, created: false, record: before };
    const inUse = await connectorInUse(registry, merchantId);
    if (inUse !== undefined) {
      return refuseWrite(
        'in_use',
        `Merchant ${merchantId} still has the connector ${inUse.connectorId} in use: DELETE /connectors/${inUse.connectorId} first.`,
      );
    }
    const now = context.now.toISOString();
    const record: Merchant = { ...before, archived: true, version: before.version + 1, updatedAt: now };
    const audit = {
      at: now,
      who: context.who,
      what: 'merchant.archive',
      resource,
      changes: [auditChange('archived', false, true)],
    };
    return writeResult(await registry.putMerchant(record, before.version, audit), false, record);
  });
}

async function connectorInUse(
  registry: Pick<RegistryStore, 'connectors'>,
  merchantId: string,
): Promise<Connector | undefined> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<RegistryStore['connectors']>> = await registry.connectors({
      merchantId,
      limit: 500,
      ...(cursor === null ? {} : { cursor }),
    });
    const found = page.items.find((connector) => !connector.archived);
    if (found !== undefined) return found;
    cursor = page.cursor;
  } while (cursor !== null);
  return undefined;
}

function visible(merchant: Merchant | undefined): Readonly<Record<string, unknown>> {
  if (merchant === undefined) return {};
  return { name: merchant.name, archived: merchant.archived, ...visibleQuotas(merchant.quotas) };
}

function visibleQuotas(quotas: Partial<MerchantQuotas> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(quotas).map(([name, quota]) => [`quotas.${name}`, quota]));
}
