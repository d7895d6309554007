import type { GatewaySettings } from '#shared/gateways/gateway-settings.ts';
import { isAccepted, isPrevious } from './accepted-secrets.ts';
import { generateSecret } from './generate-secret.ts';
import { missingOf } from './readiness.ts';
import type { AuditChange, Connector, RegistryStore, SealedSecret, SecretBox } from './records.ts';
import {
  checkVersion,
  refuseWrite,
  retryOnConflict,
  type WriteContext,
  type WriteRefusal,
  type WriteResult,
  writeResult,
} from './write-result.ts';

export interface RotationDeps {
  readonly registry: Pick<RegistryStore, 'connector' | 'putConnector'>;
  readonly secrets: SecretBox;
  readonly gatewaySettings: Readonly<Record<string, GatewaySettings>>;
  /** base64url text of that many random bytes. */
  readonly randomToken: (bytes: number) => string;
}

export interface RotationStart {
  readonly connectorId: string;
  /** The new values; what is left out stays as it is. Left out whole: the one that signs is made here. */
  readonly secrets?: unknown;
  /** Which of several current credentials is replaced; needed only where there are several. */
  readonly keyId?: string | undefined;
  /** How long both are accepted. @default the gateway's retry window */
  readonly overlapDays?: number | undefined;
}

export interface StartedRotation {
  readonly connector: Connector;
  /** Of the new secret. */
  readonly keyId: string;
  /** What was made here: known now and never again. */
  readonly generated?: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;

/**
 * Begins an overlap: the new secret is current, the one that it replaces is accepted until the end of the overlap, which
 * comes by itself. Refused: `not_found`; `in_use` while another rotation is under way; `invalid` with every failing field.
 */
export function startRotation(
  deps: RotationDeps,
  start: RotationStart,
  context: WriteContext,
): Promise<WriteResult<StartedRotation>> {
  return changeConnector(deps.registry, start.connectorId, context, async (before) => {
    const ready = await prepare(deps, before, start, context);
    if (!ready.ok) return ready;
    const { replaced, values, generated } = ready;
    const now = context.now.toISOString();
    const overlapDays = start.overlapDays ?? deps.gatewaySettings[before.gateway]?.retryWindowDays ?? 1;
    const validUntil = new Date(context.now.getTime() + overlapDays * DAY_MS).toISOString();
    const sealed = await deps.secrets.seal(before.connectorId, values);
    const keyId = `k-${deps.randomToken(6)}`;
    const added: SealedSecret = { keyId, sealed, createdAt: now, role: 'current' };
    // What has ended is gone for good here; the record of changes names it.
    const kept = before.secrets
      .filter((secret) => secret.inactiveSince !== undefined || isAccepted(secret, context.now))
      .map((secret) => (secret === replaced ? { ...secret, role: 'previous' as const, validUntil } : secret));
    const secretNames = [...new Set([...before.secretNames, ...Object.keys(values)])].sort();
    const record: Connector = withMissing(deps, { ...before, secrets: [...kept, added], secretNames });
    return {
      ok: true,
      what: 'connector.rotation.start',
      changes: [...named(Object.keys(ready.given)), { field: 'current', before: replaced.keyId, after: keyId }],
      record,
      answer: (connector) => ({ connector, keyId, ...(generated === undefined ? {} : { generated }) }),
    };
  });
}

/** Ends the overlap: only current secrets are accepted from now on. `not_found` where none is under way or ended. */
export function finishRotation(
  deps: Pick<RotationDeps, 'registry'>,
  connectorId: string,
  context: WriteContext,
): Promise<WriteResult<Connector>> {
  return changeConnector(deps.registry, connectorId, context, async (before) => {
    const ended = before.secrets.filter(isPrevious);
    if (ended.length === 0) return noRotation(connectorId);
    const changes = ended.map(({ keyId }) => ({ field: 'previous', before: keyId }));
    const record = { ...before, secrets: before.secrets.filter((secret) => !isPrevious(secret)) };
    return { ok: true, what: 'connector.rotation.finish', changes, record, answer: (connector) => connector };
  });
}

/**
 * Takes a secret that others may know out of use at once, and forgets it; without `keyId` all previous ones. The last one
 * that is accepted cannot be revoked (`in_use`): start a rotation first, so that callbacks can still be proved.
 */
export function revokeSecret(
  deps: Pick<RotationDeps, 'registry'>,
  revoked: { readonly connectorId: string; readonly keyId?: string | undefined },
  context: WriteContext,
): Promise<WriteResult<Connector>> {
  const { connectorId, keyId } = revoked;
  return changeConnector(deps.registry, connectorId, context, async (before) => {
    const isMeant = (secret: SealedSecret) =>
      secret.revokedAt === undefined && (keyId === undefined ? isPrevious(secret) : secret.keyId === keyId);
    const meant = before.secrets.filter(isMeant);
    if (meant.length === 0) return keyId === undefined ? noRotation(connectorId) : noSecret(connectorId, keyId);
    const remains = before.secrets.some((secret) => !isMeant(secret) && isAccepted(secret, context.now));
    if (!remains) {
      const detail = `It is the last secret that connector ${connectorId} accepts: POST /connectors/${connectorId}/rotation first, then revoke it.`;
      return refuseWrite('in_use', detail);
    }
    const revokedAt = context.now.toISOString();
    const secrets = before.secrets.map((secret) => (isMeant(secret) ? { ...secret, sealed: '', revokedAt } : secret));
    const changes = meant.map((secret) => ({ field: 'revoked', after: secret.keyId }));
    const record = { ...before, secrets };
    return { ok: true, what: 'connector.secret.revoke', changes, record, answer: (connector) => connector };
  });
}

/** A change of a connector as one conditional write with its entry in the record of changes. */
export interface ConnectorStep<T> {
  readonly ok: true;
  readonly what: string;
  readonly changes: readonly AuditChange[];
  /** Version and time are set by the write. */
  readonly record: Connector;
  readonly answer: (written: Connector) => T;
}

/** Reads, changes and writes a connector, again where others were faster. `not_found` where there is none. */
export function changeConnector<T>(
  registry: Pick<RegistryStore, 'connector' | 'putConnector'>,
  connectorId: string,
  context: WriteContext,
  step: (before: Connector) => Promise<ConnectorStep<T> | WriteRefusal>,
): Promise<WriteResult<T>> {
  const resource = `/connectors/${connectorId}`;
  return retryOnConflict(resource, async () => {
    const before = await registry.connector(connectorId);
    if (before === undefined) return refuseWrite('not_found', `There is no connector ${JSON.stringify(connectorId)}.`);
    const mismatch = checkVersion(context, resource, before);
    if (mismatch !== undefined) return mismatch;
    const change = await step(before);
    if (!change.ok) return change;
    const now = context.now.toISOString();
    const record: Connector = { ...change.record, version: before.version + 1, updatedAt: now };
    const audit = { at: now, who: context.who, what: change.what, resource, changes: change.changes };
    return writeResult(await registry.putConnector(record, before.version, audit), false, change.answer(record));
  });
}

interface Prepared {
  readonly ok: true;
  readonly replaced: SealedSecret;
  /** All values of the new generation. */
  readonly values: Readonly<Record<string, string>>;
  readonly given: Readonly<Record<string, string>>;
  readonly generated?: Readonly<Record<string, string>>;
}

async function prepare(
  deps: RotationDeps,
  before: Connector,
  start: RotationStart,
  context: WriteContext,
): Promise<Prepared | WriteRefusal> {
  const underWay = before.secrets.find((secret) => isPrevious(secret) && isAccepted(secret, context.now));
  if (underWay !== undefined) {
    const end = `It ends by itself at ${underWay.validUntil}; end it with DELETE /connectors/${before.connectorId}/rotation.`;
    return refuseWrite('in_use', `A rotation of connector ${before.connectorId} is under way. ${end}`);
  }
  const replaced = replacedSecret(before, start, context);
  if (!('sealed' in replaced)) return replaced;
  const settings = deps.gatewaySettings[before.gateway];
  const made = start.secrets === undefined ? generate(settings, deps.randomToken) : undefined;
  if (start.secrets === undefined && made === undefined) {
    return invalid('/secrets', `must be given: ${before.gateway} alone makes its secrets`);
  }
  const checked = settings?.checkSettings(before.settings, made ?? start.secrets, 'change');
  if (checked === undefined) return invalid('/gateway', `${before.gateway} is not known here`);
  if (!checked.ok) {
    const problems = checked.problems.map(({ field, message }) => ({ field, message }));
    return refuseWrite('invalid', `The rotation of connector ${before.connectorId} was not started.`, problems);
  }
  const old = await deps.secrets.open(before.connectorId, replaced.sealed);
  const given = checked.secrets;
  if (Object.entries(given).every(([name, value]) => old[name] === value)) {
    return invalid('/secrets', 'must hold a value that differs from the present one');
  }
  const generated = made === undefined ? {} : { generated: given };
  return { ok: true, replaced, values: { ...old, ...given }, given, ...generated };
}

function replacedSecret(
  before: Connector,
  { keyId }: RotationStart,
  { now }: WriteContext,
): SealedSecret | WriteRefusal {
  const current = before.secrets.filter((secret) => !isPrevious(secret) && isAccepted(secret, now));
  const meant = keyId === undefined ? current : current.filter((secret) => secret.keyId === keyId);
  const [replaced, ...others] = meant;
  if (replaced === undefined) {
    if (keyId !== undefined) return noSecret(before.connectorId, keyId);
    return invalid('/secrets', `There is nothing to rotate: PUT /connectors/${before.connectorId} with its secrets`);
  }
  if (others.length === 0) return replaced;
  const known = current.map((secret) => secret.keyId).join(', ');
  return invalid('/keyId', `must name which of the current credentials is replaced: ${known}`);
}

/** Undefined where only the gateway can make one. */
function generate(
  settings: GatewaySettings | undefined,
  randomToken: RotationDeps['randomToken'],
): Readonly<Record<string, unknown>> | undefined {
  const strength = settings?.secretStrength;
  if (strength === undefined) return undefined;
  const secret = generateSecret(strength.characters, randomToken);
  return { [strength.secret]: strength.list ? [secret] : secret };
}

/** The row with what it lacks written down anew. */
export function withMissing(deps: Pick<RotationDeps, 'gatewaySettings'>, connector: Connector): Connector {
  const { missing: _before, ...rest } = connector;
  const missing = missingOf(connector, deps.gatewaySettings[connector.gateway] ?? { needed: [] });
  return missing.length === 0 ? rest : { ...rest, missing };
}

function named(names: readonly string[]): readonly AuditChange[] {
  return names.map((name) => ({ field: `secrets.${name}` }));
}

function invalid(field: string, message: string): WriteRefusal {
  return refuseWrite('invalid', `${field} ${message}.`, [{ field, message }]);
}

function noRotation(connectorId: string): WriteRefusal {
  return refuseWrite(
    'not_found',
    `No rotation of connector ${connectorId} is under way: every secret is a current one.`,
  );
}

function noSecret(connectorId: string, keyId: string): WriteRefusal {
  return refuseWrite(
    'not_found',
    `Connector ${connectorId} has no secret in use with the key id ${JSON.stringify(keyId)}.`,
  );
}
