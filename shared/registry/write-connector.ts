import type { FieldProblem, Gateway, SettingsCheck } from '#shared/gateways/gateway.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import { auditChange } from './audit-change.ts';
import { changedMembers } from './changed-members.ts';
import { refuseConnector } from './quotas.ts';
import type {
  AuditChange,
  Connector,
  ConnectorChecks,
  ForeignShape,
  RegistryStore,
  SealedSecret,
  SecretBox,
} from './records.ts';
import {
  checkVersion,
  refuseWrite,
  retryOnConflict,
  type WriteContext,
  type WriteRefusal,
  type WriteResult,
  writeResult,
} from './write-result.ts';

export interface ConnectorDeps {
  readonly registry: Pick<RegistryStore, 'merchant' | 'connector' | 'connectors' | 'putConnector'>;
  readonly secrets: Pick<SecretBox, 'seal'>;
  readonly gateways: Readonly<Record<string, Pick<Gateway, 'checkSettings'>>>;
  /** base64url text of that many random bytes. */
  readonly randomToken: (bytes: number) => string;
}

/** `settings` stand for themselves; all else that may be left out stays as it is. */
export interface ConnectorChange {
  readonly connectorId: string;
  readonly merchantId: string;
  readonly gateway: string;
  readonly name?: string | undefined;
  readonly settings?: unknown;
  /** Given: a new generation that takes the place of the present one, so it must be complete. */
  readonly secrets?: unknown;
  readonly testMode?: boolean | undefined;
  readonly active?: boolean | undefined;
  /** Of a connector that came as another system's document. */
  readonly shape?: ForeignShape;
  readonly checks?: ConnectorChecks;
}

type Accepted = Extract<SettingsCheck, { readonly ok: true }>;

/** Creates, changes or brings back a connector. Its merchant and its gateway never change. */
export function putConnector(
  deps: ConnectorDeps,
  change: ConnectorChange,
  context: WriteContext,
): Promise<WriteResult<Connector>> {
  const resource = `/connectors/${change.connectorId}`;
  return retryOnConflict(resource, async () => {
    const before = await deps.registry.connector(change.connectorId);
    const mismatch = checkVersion(context, resource, before) ?? checkImmutable(before, change);
    if (mismatch !== undefined) return mismatch;
    const isMore = before === undefined || before.archived;
    const over = isMore ? await refuseConnector(deps.registry, change.merchantId) : undefined;
    if (over !== undefined) return over;
    const checked = await check(deps, before, change);
    if (!checked.ok) return checked;
    const sealed = await sealNew(deps, change, checked.accepted, context);
    const record = recordOf(before, change, checked, sealed, context);
    const changes = changesOf(before, record, checked.accepted);
    if (before !== undefined && changes.length === 0) return { ok: true, created: false, record: before };
    const what = before === undefined ? 'connector.create' : 'connector.change';
    const audit = { at: record.updatedAt, who: context.who, what, resource, changes };
    return writeResult(await deps.registry.putConnector(record, before?.version, audit), before === undefined, record);
  });
}

/** Takes a connector out of use: late callbacks are verified, stored and processed as before. */
export function archiveConnector(
  registry: Pick<RegistryStore, 'connector' | 'putConnector'>,
  connectorId: string,
  context: WriteContext,
): Promise<WriteResult<Connector>> {
  const resource = `/connectors/${connectorId}`;
  return retryOnConflict(resource, async () => {
    const before = await registry.connector(connectorId);
    if (before === undefined) return refuseWrite('not_found', `There is no connector ${JSON.stringify(connectorId)}.`);
    const mismatch = checkVersion(context, resource, before);
    if (mismatch !== undefined) return mismatch;
    if (before.archived) return { ok: true, created: false, record: before };
    const now = context.now.toISOString();
    const record: Connector = { ...before, archived: true, version: before.version + 1, updatedAt: now };
    const audit = {
      at: now,
      who: context.who,
      what: 'connector.archive',
      resource,
      changes: [auditChange('archived', false, true)],
    };
    return writeResult(await registry.putConnector(record, before.version, audit), false, record);
  });
}

function checkImmutable(before: Connector | undefined, change: ConnectorChange): WriteRefusal | undefined {
  if (before === undefined) return undefined;
  const problems = (['merchantId', 'gateway'] as const)
    .filter((member) => before[member] !== change[member])
    .map(
      (member): FieldProblem => ({
        field: `/${member}`,
        value: change[member],
        message: `is ${JSON.stringify(before[member])} and never changes`,
      }),
    );
  if (problems.length === 0) return undefined;
  return refuseWrite(
    'immutable',
    `Connector ${before.connectorId} stays with its merchant and its gateway: register another connector id instead.`,
    problems,
  );
}

type Checked = WriteRefusal | { readonly ok: true; readonly gateway: GatewayName; readonly accepted: Accepted };

/** Everything that is wrong with the change, in one answer. */
async function check(deps: ConnectorDeps, before: Connector | undefined, change: ConnectorChange): Promise<Checked> {
  const problems = [...(await checkMerchant(deps.registry, change.merchantId))];
  const gateway = Object.hasOwn(deps.gateways, change.gateway) ? deps.gateways[change.gateway] : undefined;
  const keepsSecrets = before !== undefined && change.secrets === undefined;
  const settings = gateway?.checkSettings(change.settings ?? {}, change.secrets ?? {}, keepsSecrets ? 'change' : 'new');
  if (settings === undefined) {
    const known = Object.keys(deps.gateways).sort().join(', ');
    problems.push({ field: '/gateway', value: change.gateway, message: `is no gateway known here; known: ${known}` });
  } else if (!settings.ok) {
    problems.push(...settings.problems.map(withoutSecret));
  }
  if (problems.length > 0 || settings === undefined || !settings.ok) {
    const fields = problems.map(({ field }) => field).join(', ');
    return refuseWrite(
      'invalid',
      `Connector ${change.connectorId} was not written; see errors for ${fields}.`,
      problems,
    );
  }
  return { ok: true, gateway: change.gateway as GatewayName, accepted: settings };
}

async function checkMerchant(
  registry: Pick<RegistryStore, 'merchant'>,
  merchantId: string,
): Promise<readonly FieldProblem[]> {
  const merchant = await registry.merchant(merchantId);
  if (merchant !== undefined && !merchant.archived) return [];
  const state = merchant === undefined ? 'there is no merchant' : 'archived is the merchant';
  const message = `${state} ${JSON.stringify(merchantId)}: PUT /merchants/${merchantId} first`;
  return [{ field: '/merchantId', value: merchantId, message }];
}

/** A secret, or one that was written among the settings by mistake. */
const SECRET_FIELD = /^\/secrets(\/|$)|secret|password|private|token/i;

/** Whatever an adapter says of a secret, its value goes no further. */
function withoutSecret(problem: FieldProblem): FieldProblem {
  const { field, message } = problem;
  return SECRET_FIELD.test(field) ? { field, message } : problem;
}

async function sealNew(
  deps: ConnectorDeps,
  change: ConnectorChange,
  accepted: Accepted,
  context: WriteContext,
): Promise<SealedSecret | undefined> {
  if (change.secrets === undefined) return undefined;
  const sealed = await deps.secrets.seal(change.connectorId, accepted.secrets);
  return { keyId: `k-${deps.randomToken(6)}`, sealed, createdAt: context.now.toISOString() };
}

function recordOf(
  before: Connector | undefined,
  change: ConnectorChange,
  checked: { readonly gateway: GatewayName; readonly accepted: Accepted },
  sealed: SealedSecret | undefined,
  context: WriteContext,
): Connector {
  const now = context.now.toISOString();
  const { shape = before?.shape, checks = before?.checks } = change;
  return {
    connectorId: change.connectorId,
    merchantId: change.merchantId,
    gateway: checked.gateway,
    name: change.name ?? before?.name ?? change.connectorId,
    settings: checked.accepted.settings,
    secrets: sealed === undefined ? (before?.secrets ?? []) : [sealed],
    secretNames: sealed === undefined ? (before?.secretNames ?? []) : Object.keys(checked.accepted.secrets).sort(),
    testMode: change.testMode ?? before?.testMode ?? false,
    active: change.active ?? before?.active ?? true,
    archived: false,
    ...(shape === undefined ? {} : { shape }),
    ...(checks === undefined ? {} : { checks }),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

function changesOf(before: Connector | undefined, after: Connector, accepted: Accepted): readonly AuditChange[] {
  const visible = (connector: Connector | undefined) => {
    if (connector === undefined) return {};
    const { merchantId, gateway, name, testMode, active, archived, shape, checks } = connector;
    return { merchantId, gateway, name, testMode, active, archived, shape, checks };
  };
  const resealed = before === undefined || before.secrets !== after.secrets;
  const names = new Set([...(before?.secretNames ?? []), ...Object.keys(accepted.secrets)]);
  return [
    ...changedMembers(visible(before), visible(after)),
    ...changedMembers(before?.settings ?? {}, after.settings, 'settings.'),
    ...(resealed ? [...names].sort().map((name) => ({ field: `secrets.${name}` })) : []),
  ];
}
