import type { FieldProblem, SettingsCheck } from '#shared/gateways/gateway.ts';
import type { GatewayName } from '#shared/model/vocabulary.ts';
import { auditChange } from './audit-change.ts';
import { type ConnectorWithToken, type MadeToken, tokenMembers } from './callback-token.ts';
import { changedMembers } from './changed-members.ts';
import { type CheckDeps, checkConnector, settingsOf } from './check-connector.ts';
import { refuseConnector } from './quotas.ts';
import { missingOf } from './readiness.ts';
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

export interface ConnectorDeps extends CheckDeps {
  readonly registry: Pick<RegistryStore, 'merchant' | 'connector' | 'connectors' | 'putConnector'>;
  readonly secrets: Pick<SecretBox, 'seal'>;
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
): Promise<WriteResult<ConnectorWithToken>> {
  const resource = `/connectors/${change.connectorId}`;
  return retryOnConflict(resource, async () => {
    const before = await deps.registry.connector(change.connectorId);
    const mismatch = checkVersion(context, resource, before) ?? checkImmutable(before, change);
    if (mismatch !== undefined) return mismatch;
    const isMore = before === undefined || before.archived;
    const over = isMore ? await refuseConnector(deps.registry, change.merchantId) : undefined;
    if (over !== undefined) return over;
    const checked = await checkConnector(deps, change);
    if (!checked.ok) return checked;
    const sealed = await sealNew(deps, change, checked.accepted, context);
    const { settings } = checked.accepted;
    const token = tokenMembers(before, { gateway: checked.gateway, settings }, deps.randomToken);
    const record = recordOf(before, change, checked, sealed, token, context);
    const changes = changesOf(before, record, checked.accepted);
    if (before !== undefined && changes.length === 0) return { ok: true, created: false, record: before };
    const what = before === undefined ? 'connector.create' : 'connector.change';
    const audit = { at: record.updatedAt, who: context.who, what, resource, changes };
    const shown = { ...record, ...(token.token === undefined ? {} : { callbackToken: token.token }) };
    return writeResult(await deps.registry.putConnector(record, before?.version, audit), before === undefined, shown);
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
    const record: Connector = {
      ...before,
      archived: true,
      archivedAt: now,
      version: before.version + 1,
      updatedAt: now,
    };
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

async function sealNew(
  deps: ConnectorDeps,
  change: ConnectorChange,
  accepted: Accepted,
  context: WriteContext,
): Promise<SealedSecret | undefined> {
  if (change.secrets === undefined) return undefined;
  const sealed = await deps.secrets.seal(change.connectorId, accepted.secrets);
  const createdAt = context.now.toISOString();
  return { keyId: `k-${deps.randomToken(6)}`, sealed, createdAt, role: 'current' };
}

function recordOf(
  before: Connector | undefined,
  change: ConnectorChange,
  checked: { readonly gateway: GatewayName; readonly accepted: Accepted },
  sealed: SealedSecret | undefined,
  token: MadeToken,
  context: WriteContext,
): Connector {
  const now = context.now.toISOString();
  const { shape = before?.shape, checks = before?.checks } = change;
  const active = change.active ?? before?.active ?? true;
  const { settings } = checked.accepted;
  const secretNames = sealed === undefined ? (before?.secretNames ?? []) : Object.keys(checked.accepted.secrets).sort();
  const missing = missingOf({ settings, secretNames }, settingsOf(checked.gateway));
  return {
    connectorId: change.connectorId,
    merchantId: change.merchantId,
    gateway: checked.gateway,
    name: change.name ?? before?.name ?? change.connectorId,
    settings,
    secrets: sealed === undefined ? (before?.secrets ?? []) : [sealed],
    secretNames,
    testMode: change.testMode ?? before?.testMode ?? false,
    active,
    archived: false,
    ...(active ? {} : { inactiveSince: inactiveSince(before) ?? now }),
    ...(missing.length === 0 ? {} : { missing }),
    ...token.members,
    ...(shape === undefined ? {} : { shape }),
    ...(checks === undefined ? {} : { checks }),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** Rows of before do not say since when: since their last change. */
function inactiveSince(before: Connector | undefined): string | undefined {
  return before === undefined || before.active ? undefined : (before.inactiveSince ?? before.updatedAt);
}

function changesOf(before: Connector | undefined, after: Connector, accepted: Accepted): readonly AuditChange[] {
  const visible = (connector: Connector | undefined) => {
    if (connector === undefined) return {};
    const { merchantId, gateway, name, testMode, active, archived, shape, checks } = connector;
    return { merchantId, gateway, name, testMode, active, archived, shape, checks };
  };
  const resealed = before === undefined || before.secrets !== after.secrets;
  const names = new Set([...(before?.secretNames ?? []), ...Object.keys(accepted.secrets)]);
  const hasNewToken = before?.callbackTokenSha256 !== after.callbackTokenSha256;
  return [
    ...changedMembers(visible(before), visible(after)),
    ...changedMembers(before?.settings ?? {}, after.settings, 'settings.'),
    ...(resealed ? [...names].sort().map((name) => ({ field: `secrets.${name}` })) : []),
    ...(hasNewToken ? [{ field: 'callbackToken' }] : []),
  ];
}
